// Budgets of providers, deployments and tags.
// Source: litellm/router_strategy/budget_limiter.py; docs.litellm.ai/docs/proxy/provider_budget_routing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "choice.h"
#include "options.h"
#include "request_tags.h"

namespace router_filters {

/// [any thread] after the constructor.
class Budgets {
public:
    explicit Budgets(const Options& options);

    /// The counters of a deployment's provider and its own; own limits stand in litellm_params.
    void attach(const sluice::Candidate& candidate, Facts& facts, std::vector<std::string>& faults);
    bool haveTags() const { return !tags_.empty(); }

    /// Drops deployments whose budget is spent; refuses if that is all of them, or a tag's is.
    std::optional<Refused> filter(const Tags& tags, std::string_view model, int64_t now_ms,
                                  Choice& choice) const;
    /// What an attempt has cost.
    void spent(const Facts& facts, const Tags& tags, double usd, int64_t now_ms) const;

    SpendBook& book() { return book_; }

private:
    Budget budget(const BudgetOptions& options, const std::string& kind, const std::string& name);

    SpendBook book_;
    std::map<std::string, Budget, std::less<>> providers_, tags_;
};

}  // namespace router_filters
