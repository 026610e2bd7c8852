// The configuration, as the manifest's "activated_by" puts it together from router_settings and
// litellm_settings.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace router_filters {

struct BudgetOptions {
    double limit = 0;         // USD; spent when it is reached
    std::string duration;     // as it is written, "1d"; empty: it never ends
    int64_t duration_ms = 0;  // 0: it never ends
};
using BudgetsByName = std::map<std::string, BudgetOptions, std::less<>>;

struct Options {
    bool tags = false;      // enable_tag_filtering
    bool match_any = true;  // tag_filtering_match_any; false: all of a request's tags have to be there
    bool pre_call = false;  // enable_pre_call_checks: window, limits, region, capabilities
    BudgetsByName provider_budgets;
    BudgetsByName tag_budgets;
    bool deployment_budgets = false;  // one deployment has a max_budget
    // optional_pre_call_checks
    bool prompt_affinity = false;   // prompt_caching
    bool session_affinity = false;  // by x-litellm-session-id
    bool key_affinity = false;      // deployment_affinity, by the caller's key
    // deployment_affinity_ttl_seconds. Providers keep a cached prompt for minutes to an hour; longer than
    // that, it only keeps load where it is.
    int64_t affinity_ttl_ms = 3'600'000;

    bool budgets() const { return deployment_budgets || !provider_budgets.empty() || !tag_budgets.empty(); }
    bool affinity() const { return prompt_affinity || session_affinity || key_affinity; }
    bool any() const { return tags || pre_call || budgets() || affinity(); }
};

/// Throws sluice::ConfigError.
Options readOptions(std::string_view json);

}  // namespace router_filters
