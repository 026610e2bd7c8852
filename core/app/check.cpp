#include "app/check.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/load.h"
#include "gateway/callout.h"
#include "gateway/generation.h"

namespace sluice::app {

namespace {

// Everything that a serving process would make of it, but for the sockets.
void loadAll(Loaded& loaded) {
    host::Libraries libraries;
    gateway::GenerationCount alive;
    host::Metrics metrics;
    base::Offload offload(1, 1024);
    host::IntervalTimers timers(offload);
    gateway::Callout callout(loaded.settings.listen.limits);
    const gateway::Shared shared{libraries, nullptr, alive, metrics, offload, timers, callout};
    (void)gateway::Generation::build(1, loaded.settings, loaded.catalog, config::processEnvironment(), shared,
                                     loaded.faults);
    alive.waitForNone();
}

}  // namespace

int check(const std::string& config, const std::vector<std::string>& plugin_dirs, bool load_plugins) {
    auto loaded = load(config, plugin_dirs);
    auto settings = loaded.settings;
    const auto plan =
        gateway::makePlan(settings, loaded.catalog, config::processEnvironment(), loaded.faults);
    if (load_plugins && !loaded.faults.hasErrors()) {
        loaded.faults = {};  // the plan is made once more
        loadAll(loaded);
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
