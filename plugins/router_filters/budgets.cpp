#include "budgets.h"

#include <array>

#include "accounts/duration.h"
#include "json_cursor.h"

namespace router_filters {
namespace {

Refused refusal(std::string_view model, std::string why) {
    Refused refused{429, "No deployments available - crossed budget. Passed model=" + std::string(model), "",
                    "budget_exceeded"};
    // Who spent how much is not for every client to know.
    refused.internal_reason = std::move(why);
    return refused;
}

// "&free" is a "free" request, too; "!free" is not, and no budget has such a name.
std::string_view nameOf(std::string_view tag) { return tag.front() == '&' ? tag.substr(1) : tag; }

const Budget* crossedOf(const Facts& facts, int64_t now_ms) {
    if (facts.provider_budget && facts.provider_budget->crossed(now_ms)) return &*facts.provider_budget;
    if (facts.own_budget && facts.own_budget->crossed(now_ms)) return &*facts.own_budget;
    return nullptr;
}

BudgetOptions readOwn(std::string_view params, std::string_view limit, std::vector<std::string>& faults) {
    BudgetOptions own;
    const auto number = numberOf(limit);
    if (!number || *number < 0) {
        // No budget would be the worst reading of a budget that cannot be read.
        faults.push_back("litellm_params.max_budget is no number from 0: nothing may be spent");
    }
    own.limit = number && *number >= 0 ? *number : 0;
    if (const auto duration = memberOf(params, "budget_duration")) {
        own.duration = textOf(*duration).value_or(std::string());
        own.duration_ms = accounts::durationMs(own.duration).value_or(0);
        if (own.duration_ms == 0)
            faults.push_back("litellm_params.budget_duration is no duration: it never ends");
    }
    return own;
}

}  // namespace

Budgets::Budgets(const Options& options) {
    for (const auto& [name, limit] : options.provider_budgets)
        providers_.emplace(name, budget(limit, "provider", name));
    for (const auto& [name, limit] : options.tag_budgets) tags_.emplace(name, budget(limit, "tag", name));
}

Budget Budgets::budget(const BudgetOptions& options, const std::string& kind, const std::string& name) {
    const std::string key = kind + "_spend:" + name + ":" + options.duration;
    return {options.limit, &book_.counter(key, options.duration_ms), kind + " " + name};
}

void Budgets::attach(const sluice::Candidate& candidate, Facts& facts, std::vector<std::string>& faults) {
    const auto provider = providers_.find(facts.provider);
    if (provider != providers_.end()) facts.provider_budget = provider->second;
    if (const auto limit = memberOf(candidate.params(), "max_budget"))
        facts.own_budget = budget(readOwn(candidate.params(), *limit, faults), "deployment", facts.id);
    if (facts.provider_budget || facts.own_budget) facts.matters |= kHasBudget;
    const bool counted = facts.provider_budget || facts.own_budget || haveTags();
    if (counted && !(candidate.inputCost() && candidate.outputCost()))
        faults.push_back("its price is not known: it counts as free");
}

std::optional<Refused> Budgets::filter(const Tags& tags, std::string_view model, int64_t now_ms,
                                       Choice& choice) const {
    for (const auto& tag : tags) {
        const auto found = tags_.find(nameOf(tag));
        if (found != tags_.end() && found->second.crossed(now_ms))
            return refusal(model, "the budget of the " + found->second.what + " is spent");
    }
    if (!choice.matters(kHasBudget)) return std::nullopt;
    const auto fits = [&](const Option& o) { return crossedOf(*o.facts, now_ms) == nullptr; };
    const auto reason = [&](const Option& o) {
        const Budget* crossed = crossedOf(*o.facts, now_ms);  // its window may end at any moment
        return "the budget of the " + (crossed ? crossed->what : "deployment") + " is spent";
    };
    if (choice.narrow(fits, reason)) return std::nullopt;
    return refusal(model, choice.options().empty() ? "" : reason(choice.options().front()));
}

void Budgets::spent(const Facts& facts, const Tags& tags, double usd, int64_t now_ms) const {
    if (facts.provider_budget) facts.provider_budget->spend->add(usd, now_ms);
    if (facts.own_budget) facts.own_budget->spend->add(usd, now_ms);
    for (const auto& tag : tags) {
        const auto found = tags_.find(nameOf(tag));
        if (found != tags_.end()) found->second.spend->add(usd, now_ms);
    }
}

}  // namespace router_filters
