#include "spend.h"

#include <algorithm>
#include <cmath>

#include <sluice/json.hpp>

#include "json_cursor.h"

namespace router_filters {
namespace {

constexpr double kNanos = 1e9;
constexpr double kWholeMax = 9e15;  // what a double still counts one by one

// [beginning, duration, billionths of a dollar]
std::optional<Spend::State> readState(std::string_view json) {
    double numbers[3] = {-1, -1, -1};
    size_t count = 0;
    eachElement(json, [&](std::string_view number) {
        if (count < 3) numbers[count++] = numberOf(number).value_or(-1);
    });
    for (const double number : numbers) {
        if (number < 0 || number > kWholeMax) return std::nullopt;
    }
    return Spend::State{static_cast<int64_t>(numbers[0]), static_cast<int64_t>(numbers[1]),
                        numbers[2] / kNanos};
}

}  // namespace

double Spend::at(int64_t now_ms) const {
    // The writer empties the sum before it moves the beginning: a window that has just begun is never read
    // with the sum of the one before.
    const int64_t begun_ms = begun_ms_.load(std::memory_order_acquire);
    const double usd = usd_.load(std::memory_order_acquire);
    return State{begun_ms, duration_ms_, usd}.ended(now_ms) ? 0 : usd;
}

void Spend::add(double usd, int64_t now_ms) {
    if (!(usd > 0) || !std::isfinite(usd)) return;
    const std::lock_guard<std::mutex> lock(writing_);
    double sum = usd_.load(std::memory_order_relaxed);
    const State before{begun_ms_.load(std::memory_order_relaxed), duration_ms_, sum};
    if (sum == 0 || before.ended(now_ms)) {
        sum = 0;
        usd_.store(0, std::memory_order_release);
        begun_ms_.store(now_ms, std::memory_order_release);
    }
    usd_.store(sum + usd, std::memory_order_release);
}

Spend::State Spend::state() const {
    const std::lock_guard<std::mutex> lock(writing_);
    return {begun_ms_.load(std::memory_order_relaxed), duration_ms_, usd_.load(std::memory_order_relaxed)};
}

void Spend::restore(const State& state) {
    const std::lock_guard<std::mutex> lock(writing_);
    begun_ms_.store(state.begun_ms, std::memory_order_release);
    usd_.store(state.usd, std::memory_order_release);
}

Spend& SpendBook::counter(std::string_view name, int64_t duration_ms) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = counters_.find(name);
    if (known != counters_.end()) return known->second;
    Spend& made = counters_.try_emplace(std::string(name), duration_ms).first->second;
    const auto earlier = handed_over_.find(name);
    if (earlier != handed_over_.end()) {
        made.restore(earlier->second);
        handed_over_.erase(earlier);
    }
    return made;
}

std::string SpendBook::write(int64_t now_ms) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string out = R"({"version":1,"spend":{)";
    bool first = true;
    const auto entry = [&](const std::string& name, const Spend::State& state) {
        if (!(state.usd > 0) || state.ended(now_ms)) return;
        out += (first ? "" : ",") + sluice::jsonQuoted(name) + ":[" + std::to_string(state.begun_ms) + "," +
               std::to_string(state.duration_ms) + "," +
               std::to_string(std::llround(std::min(state.usd * kNanos, kWholeMax))) + "]";
        first = false;
    };
    for (const auto& [name, spend] : counters_) entry(name, spend.state());
    // A counter that nobody asked for in this generation may be asked for in the next one.
    for (const auto& [name, state] : handed_over_) entry(name, state);
    return out + "}}";
}

bool SpendBook::read(std::string_view json) {
    const auto version = memberOf(json, "version");
    const auto spend = memberOf(json, "spend");
    if (!sluice::isJson(json) || version != "1" || !spend || spend->front() != '{') return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    eachMember(*spend, [&](std::string_view raw, std::string_view numbers) {
        const auto name = textOf("\"" + std::string(raw) + "\"");
        const auto state = readState(numbers);
        if (!name || !state) return;
        const auto known = counters_.find(*name);
        if (known != counters_.end()) {
            known->second.restore(*state);
        } else if (handed_over_.size() < kHandedOverMax) {
            handed_over_[*name] = *state;
        }
    });
    return true;
}

}  // namespace router_filters
