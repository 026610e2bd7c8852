#include "seeds.h"

#include <nlohmann/json.hpp>

namespace limits {
namespace {

using Json = nlohmann::json;

constexpr uint32_t kWaitMs = 2, kWaits = 250;  // for another request that asks for the same

// Whole days hold for what is not one of the store's dimensions alone.
Json question(const Rule& rule, int64_t since_ms) {
    const auto& where = rule.whose.where;
    if (where.size() == 1) {
        return {{"report", "totals"},
                {"dimension", where.front().first},
                {"since_ms", since_ms},
                {"values", {where.front().second}}};
    }
    Json ask{{"report", "spend"}, {"group_by", Json::array()}, {"where", Json::object()}};
    for (const auto& [dimension, value] : where) ask["where"][dimension] = value;
    if (since_ms > 0) ask["from"] = utcDay(since_ms);
    return ask;
}

std::optional<int64_t> spentIn(const std::string& text) {
    const Json answer = Json::parse(text, nullptr, false);
    if (!answer.is_object() || !answer.contains("rows") || !answer["rows"].is_array()) return std::nullopt;
    if (answer["rows"].empty()) return 0;
    const Json& pico = answer["rows"][0]["spend_pico_usd"];
    if (pico.is_number_integer()) return pico.get<int64_t>();
    return pico.is_number() ? std::optional<int64_t>(INT64_MAX / 2) : std::nullopt;
}

}  // namespace

Seeds::Seeds(sluice::Host host, const Zone& zone)
    : host_(host), zone_(zone), offload_(host.find<sluice_host_offload>(SLUICE_HOST_OFFLOAD_ID)) {}

void Seeds::connect(const sluice_store* store, sluice_instance* store_self, const sluice_counters* counters,
                    sluice_instance* counters_self) {
    store_ = store;
    store_self_ = store_self;
    counters_ = counters;
    counters_self_ = counters_self;
}

std::optional<int64_t> Seeds::usedPico(const Rule& rule, const Period& period) const {
    if (!store_ || !rule.whose.known) return rule.spend_base_pico;
    const int64_t since = std::max(period.start_ms, rule.spend_from_ms);
    const std::string ask = question(rule, since).dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string answer;
    const auto status = store_->report(
        store_self_, sluice::str(ask), &answer,
        [](void* sink, sluice_str json) { static_cast<std::string*>(sink)->append(sluice::view(json)); });
    if (status != SLUICE_OK) return std::nullopt;
    const auto spent = spentIn(answer);
    const bool reset_counts = rule.spend_from_ms > period.start_ms;
    if (!spent) return std::nullopt;
    return std::max<int64_t>(0, *spent + (reset_counts ? rule.spend_base_pico : 0));
}

void Seeds::seed(const Rule& rule, const Period& period, int64_t pico) const {
    sluice_counter counter{};
    counter.size = sizeof counter;
    counter.kind = SLUICE_COUNTER_SUM;
    counter.name = sluice::str(rule.name);
    counter.limit = rule.limit;
    counter.ends_ms = period.end_ms;
    counter.amount = pico;
    counters_->seed(counters_self_, &counter, 1);
}

void Seeds::plant(const sluice::Request& request, const Rule& rule) {
    bool mine = false;
    for (uint32_t i = 0; i < kWaits; ++i) {
        {
            const std::lock_guard lock(mutex_);
            mine = planting_.insert(rule.name).second;
        }
        if (mine || request.sleep(kWaitMs) != SLUICE_OK) break;
        if (i == 0) continue;
        // The one before us may have done it: take() will say.
        const std::lock_guard lock(mutex_);
        if (planting_.count(rule.name) == 0) return;
    }
    if (!mine) return;
    Question ask{this, &rule, rule.period(zone_, host_.wallMs()), {}};
    const auto work = [](void* arg) {
        auto& q = *static_cast<Question*>(arg);
        q.answer = q.seeds->usedPico(*q.rule, q.period);
    };
    const bool asked = store_ && offload_ && offload_->run(request.raw(), work, &ask) == SLUICE_OK;
    if (!store_) ask.answer = rule.spend_base_pico;
    seed(rule, ask.period, ask.answer.value_or(0));
    const std::lock_guard lock(mutex_);
    planting_.erase(rule.name);
    if (store_) away_ = !asked || !ask.answer;
}

void Seeds::touched(const Rule& rule) {
    if (rule.touched.exchange(true, std::memory_order_relaxed)) return;
    const std::lock_guard lock(mutex_);
    to_refresh_.push_back(rule.shared_from_this());
}

void Seeds::refresh() {
    std::vector<std::shared_ptr<const Rule>> due;
    {
        const std::lock_guard lock(mutex_);
        due.swap(to_refresh_);
    }
    for (const auto& rule : due) {
        rule->touched.store(false, std::memory_order_relaxed);
        const Period period = rule->period(zone_, host_.wallMs());
        const auto used = usedPico(*rule, period);
        noteOutage(!used);
        if (used) {
            seed(*rule, period, *used);
        } else {
            touched(*rule);
        }
    }
}

void Seeds::noteOutage(bool away) {
    const std::lock_guard lock(mutex_);
    if (away == away_) return;
    away_ = away;
    if (away) {
        host_.warn("the store does not answer: budgets go on with what this gateway counts");
    } else {
        host_.info("the store answers again: budgets are put right");
    }
}

}  // namespace limits
