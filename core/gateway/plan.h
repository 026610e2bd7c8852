// Which instances of which plugins a configuration calls for: those it lists, and those that its other
// sections imply (a master key, a routing strategy, a callback, a provider in model_list). Nothing is loaded
// and no code of a plugin runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/settings.h"
#include "plugin_host/catalog.h"

namespace sluice::gateway {

struct Plan {
    std::vector<config::PluginInstance> instances;     // listed first, then implied
    std::map<std::string, size_t> provider_instances;  // provider name → index into instances
    size_t router = SIZE_MAX;                          // index into instances
    std::map<std::string, size_t> group_routers;       // model group → index into instances
    std::map<std::string, size_t> caller_routers;      // key or team → index into instances
    std::vector<config::Deployment> deployments;       // with keys and bases from the environment filled in
};

/// Faults: unknown plugins, strategies, providers and callbacks, configurations against their schema.
/// `settings.tree.secrets` grows by keys that come from the environment.
Plan makePlan(config::Settings& settings, const host::Catalog& catalog,
              const config::Environment& environment, config::Faults& faults);

/// Adds one deployment, or one guardrail, to a plan. With errors the plan is as before: false.
bool extendPlan(Plan& plan, const config::Deployment& deployment, config::Settings& settings,
                const host::Catalog& catalog, const config::Environment& environment, config::Faults& faults);
bool extendPlan(Plan& plan, const config::PluginInstance& guardrail, config::Settings& settings,
                const host::Catalog& catalog, const config::Environment& environment, config::Faults& faults);

}  // namespace sluice::gateway
