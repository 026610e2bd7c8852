#include "options.h"

#include <sluice/config.hpp>

#include "accounts/duration.h"

namespace router_filters {
namespace {

using sluice::ConfigObject;

// LiteLLM takes either pair of names: {budget_limit, time_period} and {max_budget, budget_duration}.
BudgetOptions readBudget(const ConfigObject& given) {
    given.only({"budget_limit", "time_period", "max_budget", "budget_duration", "tpm_limit", "rpm_limit"});
    BudgetOptions budget;
    const char* limit = given.has("max_budget") ? "max_budget" : "budget_limit";
    given.need(limit, budget.limit);
    if (!(budget.limit >= 0)) ConfigObject::fail(given.pathOf(limit), "less than 0", "USD, a number from 0");
    const char* period = given.has("budget_duration") ? "budget_duration" : "time_period";
    given.read(period, budget.duration);
    if (budget.duration.empty()) return budget;
    const auto ms = accounts::durationMs(budget.duration);
    if (!ms)
        ConfigObject::fail(given.pathOf(period), "no duration",
                           "\"30s\", \"30m\", \"12h\", \"1d\", \"1w\", \"1mo\"");
    budget.duration_ms = *ms;
    return budget;
}

BudgetsByName readBudgets(const ConfigObject& config, const char* key) {
    BudgetsByName budgets;
    const auto given = config.object(key);
    if (!given) return budgets;
    for (const auto name : given->keys())
        budgets.emplace(std::string(name), readBudget(given->needObject(name)));
    return budgets;
}

void readChecks(const ConfigObject& config, Options& options) {
    std::vector<std::string> checks;
    config.read("optional_pre_call_checks", checks);
    // Names of LiteLLM's that other parts of the gateway answer to, or nobody, are let pass.
    for (const auto& check : checks) {
        options.prompt_affinity |= check == "prompt_caching";
        options.session_affinity |= check == "session_affinity";
        options.key_affinity |= check == "deployment_affinity";
    }
    double seconds = static_cast<double>(options.affinity_ttl_ms) / 1000;
    config.read("deployment_affinity_ttl_seconds", seconds);
    if (!(seconds > 0 && seconds <= 1e9))
        ConfigObject::fail("deployment_affinity_ttl_seconds", "a number out of range", "seconds, above 0");
    options.affinity_ttl_ms = static_cast<int64_t>(seconds * 1000);
}

}  // namespace

Options readOptions(std::string_view json) {
    const ConfigObject config(json.empty() ? "{}" : json);
    Options options;
    config.read("enable_tag_filtering", options.tags);
    config.read("tag_filtering_match_any", options.match_any);
    config.read("enable_pre_call_checks", options.pre_call);
    options.provider_budgets = readBudgets(config, "provider_budget_config");
    options.tag_budgets = readBudgets(config, "tag_budget_config");
    options.deployment_budgets = config.has("deployment_max_budget");
    readChecks(config, options);
    return options;
}

}  // namespace router_filters
