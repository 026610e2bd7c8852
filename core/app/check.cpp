#include "app/check.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/with_generation.h"

namespace sluice::app {

int check(const std::string& config, const std::vector<std::string>& plugin_dirs, bool load_plugins) {
    auto loaded = load(config, plugin_dirs);
    auto settings = loaded.settings;
    const auto plan =
        gateway::makePlan(settings, loaded.catalog, config::processEnvironment(), loaded.faults);
    if (load_plugins && !loaded.faults.hasErrors()) {
        loaded.faults = {};  // the plan is made once more
        withGeneration(loaded, [](const gateway::Generation&) {});
    }
    print(loaded.faults);
    const size_t warnings = loaded.faults.all().size() - loaded.faults.errors();
    fmt::print("{}: {} errors, {} warnings, {} deployments, {} plugin instances\n", config,
               loaded.faults.errors(), warnings, plan.deployments.size(), plan.instances.size());
    return loaded.faults.hasErrors() ? 1 : 0;
}

int listPlugins(const std::vector<std::string>& plugin_dirs) {
    const auto catalog = scanPlugins(plugin_dirs, {});
    fmt::print("{:<24} {:<10} {}\n", "NAME", "VERSION", "WHAT");
    for (const auto& [name, entry] : catalog.all()) {
        fmt::print("{:<24} {:<10} {}\n", name, entry.manifest.version,
                   entry.fault.empty() ? entry.manifest.description : "cannot be used: " + entry.fault);
    }
    return 0;
}

}  // namespace sluice::app
