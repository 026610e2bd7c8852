#include "reports.h"

#include <algorithm>

#include "text.h"

namespace alerts {
namespace {

constexpr size_t kTop = 5;
// A gateway that starts later than that into a period leaves the report on the one before out.
constexpr int64_t kLateMs = 12 * 3'600'000;
constexpr int64_t kSettleMs = 120'000;

const char* titleOf(const std::string& duration) {
    if (duration == "1d" || duration == "24h") return "Spend of the day";
    if (duration == "7d" || duration == "1w") return "Spend of the week";
    if (duration == "30d" || duration == "1mo") return "Spend of the month";
    return "Spend";
}

}  // namespace

bool Reports::check(int64_t now_ms, const Raise& raise) {
    if (options_.types.count("daily_reports") > 0) {
        if (daily_ms_ == 0) daily_ms_ = now_ms + options_.daily_ms;
        if (now_ms >= daily_ms_) {
            daily_ms_ = now_ms + options_.daily_ms;
            Alert alert;
            alert.type = "daily_reports";
            alert.level = Level::Info;
            alert.title = "How deployments did";
            alert.subject = std::to_string(now_ms);
            if (traffic_.report(now_ms, alert)) raise(std::move(alert));
        }
    }
    bool answered = true;
    if (options_.types.count("spend_reports") == 0) return answered;
    for (const auto& duration : options_.spend) answered &= reportSpend(duration, now_ms, raise);
    return answered;
}

bool Reports::reportSpend(const std::string& duration, int64_t now_ms, const Raise& raise) {
    const auto running = calendar_.period(duration, now_ms);
    if (done_[duration] == running.start_ms) return true;
    const int64_t late = std::min(kLateMs, (running.end_ms - running.start_ms) / 2);
    if (now_ms - running.start_ms > late) {
        done_[duration] = running.start_ms;
        return true;
    }
    // The books are some moments behind.
    if (now_ms - running.start_ms < std::min(kSettleMs, (running.end_ms - running.start_ms) / 10)) return true;
    const auto period = calendar_.before(duration, now_ms);
    Alert alert;
    alert.type = "spend_reports";
    alert.level = Level::Info;
    alert.title = titleOf(duration);
    const bool days = running.end_ms - running.start_ms >= 86'400'000 - 3'600'000;
    // The last day that is in it, not the first one that is not.
    alert.who = days ? calendar_.day(period.start_ms) + " to " + calendar_.day(period.end_ms - 1)
                     : calendar_.text(period.start_ms) + " to " + calendar_.text(period.end_ms);
    alert.subject = duration + "|" + std::to_string(period.start_ms);
    alert.window_ms = 2 * (running.end_ms - running.start_ms) + 86'400'000;
    alert.lasting = true;
    alert.state = true;
    if (!addTop(alert, "model_group", "Model", period) || !addTop(alert, "team", "Team", period) ||
        !addTop(alert, "tag", "Tag", period))
        return false;
    done_[duration] = running.start_ms;
    raise(std::move(alert));
    return true;
}

bool Reports::addTop(Alert& alert, const char* dimension, const char* title, const limits::Period& period) {
    const auto sums = spend_.between(dimension, period.start_ms, period.end_ms);
    if (!sums) return false;
    std::vector<std::pair<std::string, Sum>> all(sums->begin(), sums->end());
    if (std::string_view(dimension) == "model_group") {
        Sum total;
        for (const auto& [name, sum] : all) {
            total.pico += sum.pico;
            total.requests += sum.requests;
            total.failed += sum.failed;
            total.tokens += sum.tokens;
        }
        alert.facts.push_back({"Spent", usd(usdOf(total.pico))});
        alert.facts.push_back({"Requests", number(total.requests) + ", " + number(total.failed) + " failed"});
        alert.facts.push_back({"Tokens", number(total.tokens)});
        alert.members = {{"spend", usdOf(total.pico)}};
    }
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.second.pico > b.second.pico; });
    size_t shown = 0;
    for (const auto& [id, sum] : all) {
        if (id.empty()) continue;
        if (++shown > kTop) break;
        const std::string name = std::string_view(dimension) == "team" ? book_.nameOf("team", id) : id;
        alert.facts.push_back(
            {std::string(title) + " " + std::to_string(shown),
             name + ": " + usd(usdOf(sum.pico)) + ", " + number(sum.requests) + " requests"});
    }
    return true;
}

}  // namespace alerts
