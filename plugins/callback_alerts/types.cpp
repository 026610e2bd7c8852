#include "types.h"

namespace alerts {
namespace {

// Off by default in LiteLLM, too.
const Types& quietTypes() {
    static const Types types{"new_virtual_key_created", "virtual_key_updated",   "virtual_key_deleted",
                             "new_team_created",        "team_updated",          "team_deleted",
                             "new_internal_user",       "internal_user_updated", "internal_user_deleted"};
    return types;
}

const Types& silentTypes() {
    static const Types types{"new_model_added"};
    return types;
}

}  // namespace

const Types& usualTypes() {
    static const Types types{
        "llm_exceptions",      "llm_too_slow",     "llm_requests_hanging", "budget_alerts",
        "db_exceptions",       "daily_reports",    "spend_reports",        "fallback_reports",
        "cooldown_deployment", "outage_alerts",    "region_outage_alerts", "failed_tracking_spend",
        "error_rate",          "deployment_down",  "key_expiry",           "exporter_failures",
        "plugin_failures",     "waiting_requests", "connections_exhausted"};
    return types;
}

bool isSilent(std::string_view name) { return silentTypes().count(name) > 0; }

bool isType(std::string_view name) {
    return usualTypes().count(name) > 0 || quietTypes().count(name) > 0 || isSilent(name);
}

std::string typeNames() {
    std::string all;
    for (const auto* set : {&usualTypes(), &quietTypes()}) {
        for (const auto& name : *set) all += (all.empty() ? "" : ", ") + name;
    }
    return all;
}

}  // namespace alerts
