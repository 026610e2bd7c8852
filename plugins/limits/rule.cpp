#include "rule.h"

#include <map>
#include <mutex>

namespace limits {
namespace {

constexpr int64_t kMinute = 60'000, kDay = 86'400'000;

// LiteLLM's names for limits of one model.
std::string scopeOfModel(const std::string& scope) {
    return scope == "api_key" ? "model_per_key" : "model_per_" + scope;
}

class Maker {
public:
    explicit Maker(Holder& holder) : holder_(holder) {}

    Rule& add(What what, const char* suffix, const std::string& model, int64_t limit, int64_t span_ms) {
        auto rule = std::make_shared<Rule>();
        Rule& it = *rule;
        it.what = what;
        it.scope = model.empty() ? holder_.scope : scopeOfModel(holder_.scope);
        it.name = holder_.scope + ":" + holder_.id + (model.empty() ? "" : ":" + model) + ":" + suffix;
        it.fields = &fieldNames(it.scope, what);
        it.model = model;
        it.limit = limit;
        if (what != What::Spend) it.limit_text = std::to_string(limit);
        it.span_ms = span_ms;
        holder_.rules.push_back(std::move(rule));
        return it;
    }
    void addIf(const std::optional<int64_t>& limit, What what, const char* suffix, const std::string& model,
               int64_t span_ms) {
        if (limit) add(what, suffix, model, *limit, span_ms);
    }
    void addBudget(const accounts::Budget& budget, const std::string& model, const accounts::Limits& limits,
                   const Whose& whose) {
        if (budget.max_pico < 0 && budget.soft_pico < 0) return;
        Rule& it = add(What::Spend, "spend", model, budget.max_pico < 0 ? INT64_MAX : budget.max_pico, 0);
        it.soft_pico = budget.soft_pico;
        it.duration = budget.duration;
        it.whose = whose;
        if (!model.empty()) it.whose.where.emplace_back("model_group", model);
        it.spend_from_ms = limits.spend_from_ms;
        it.spend_base_pico = limits.spend_base_pico;
        // Another budget is another counter: one that was reset, one of another length.
        it.name += ":" + it.duration + (it.spend_from_ms ? ":" + std::to_string(it.spend_from_ms) : "");
        if (!model.empty()) return;
        it.extra_pico = limits.extra_pico;
        it.extra_until_ms = limits.extra_until_ms;
    }

private:
    Holder& holder_;
};

}  // namespace

const char* nameOf(What what) {
    constexpr const char* kNames[]{"requests", "tokens", "max_parallel_requests", "spend"};
    return kNames[static_cast<size_t>(what)];
}

const FieldNames& fieldNames(const std::string& scope, What what) {
    static std::mutex mutex;
    static std::map<std::pair<std::string, What>, FieldNames> all;  // guarded by mutex; a few dozen
    const std::lock_guard lock(mutex);
    auto& names = all[{scope, what}];
    if (names.limit.empty())
        names = {"x-ratelimit-" + scope + "-limit-" + nameOf(what),
                 "x-ratelimit-" + scope + "-remaining-" + nameOf(what)};
    return names;
}

bool Rule::appliesTo(std::string_view asked) const {
    if (model.empty() || model == asked) return true;
    const std::string_view start = std::string_view(model).substr(0, model.size() - 1);
    return model.back() == '*' && asked.substr(0, start.size()) == start;
}

Period Rule::period(const Zone& zone, int64_t now_ms) const {
    const int64_t end = end_ms.load(std::memory_order_acquire);
    if (end == 0 || end > now_ms) return {start_ms.load(std::memory_order_relaxed), end};
    const Period fresh = zone.period(duration, now_ms);
    start_ms.store(fresh.start_ms, std::memory_order_relaxed);
    end_ms.store(fresh.end_ms, std::memory_order_release);
    return fresh;
}

Holder makeHolder(const std::string& scope, const std::string& id, const accounts::Limits& limits,
                  const Whose& whose) {
    Holder holder{scope, id, {}, {}};
    Maker maker(holder);
    maker.addIf(limits.rpm, What::Requests, "rpm", "", kMinute);
    maker.addIf(limits.rpd, What::Requests, "rpd", "", kDay);
    maker.addIf(limits.tpm, What::Tokens, "tpm", "", kMinute);
    maker.addIf(limits.tpd, What::Tokens, "tpd", "", kDay);
    maker.addIf(limits.parallel, What::Parallel, "parallel", "", 0);
    maker.addBudget(limits.budget, "", limits, whose);
    for (const auto& one : limits.models) {
        maker.addIf(one.rpm, What::Requests, "rpm", one.model, kMinute);
        maker.addIf(one.tpm, What::Tokens, "tpm", one.model, kMinute);
        maker.addBudget(one.budget, one.model, limits, whose);
    }
    return holder;
}

}  // namespace limits
