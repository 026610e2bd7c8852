#include "app/with_generation.h"

#include "gateway/callout.h"

namespace sluice::app {

void withGeneration(Loaded& loaded, const std::function<void(const gateway::Generation&)>& look) {
    host::Libraries libraries;
    gateway::GenerationCount alive;
    host::Metrics metrics;
    base::Offload offload(1, 1024);
    host::IntervalTimers timers(offload);
    gateway::Callout callout(loaded.settings.listen.limits);
    route::HealthBook health;
    const gateway::Shared shared{libraries, nullptr, alive, metrics, offload, timers, callout, health};
    auto generation = gateway::Generation::build(1, loaded.settings, loaded.catalog,
                                                 config::processEnvironment(), shared, loaded.faults);
    if (generation) look(*generation);
    generation.reset();
    alive.waitForNone();
}

}  // namespace sluice::app
