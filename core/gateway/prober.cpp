#include "gateway/prober.h"

#include <algorithm>

#include "base/log.h"

namespace sluice::gateway {

using base::Clock;
using base::Fiber;
using base::Wake;

namespace {

constexpr size_t kAtOnce = 16;
constexpr auto kLookEvery = base::milliseconds(1000);  // for a new generation, or the next round
constexpr auto kAgainAfter = base::milliseconds(1000);

bool isWanted(const DeploymentRuntime& deployment) {
    const auto& info = deployment.config->info;
    return !deployment.serves && !(info.is_object() && info.value("disable_background_health_check", false));
}

}  // namespace

void Prober::run() {
    auto next = Clock::now();
    do {
        const auto generation = gateway_.generation();
        const auto& settings = generation->settings();
        if (generation->number() != warmed_) {
            warmed_ = generation->number();
            if (settings.warm_connections > 0) warmUp(generation);
        }
        if (probes_ && settings.probe_interval_ms > 0 && Clock::now() >= next) {
            probeAll(generation);
            next = Clock::now() + base::milliseconds(settings.probe_interval_ms);
        }
    } while (Fiber::park(Clock::now() + kLookEvery) != Wake::Interrupted);
}

void Prober::eachAtOnce(const std::shared_ptr<const Generation>& generation,
                        const std::function<void(const Deployments&)>& job) {
    ByEndpoint all;
    for (const auto& deployment : generation->deployments()) {
        if (isWanted(*deployment)) all[deployment->endpoint.key].push_back(deployment.get());
    }
    size_t running = 0;
    Fiber* self = Fiber::current();
    for (const auto& [key, deployments] : all) {
        while (running >= kAtOnce) (void)Fiber::park(base::kNever, false);
        ++running;
        worker_.loop.spawn([&job, &running, self, &deployments = deployments] {
            job(deployments);
            --running;
            self->wake();
        });
    }
    while (running > 0) (void)Fiber::park(base::kNever, false);
}

void Prober::warmUp(const std::shared_ptr<const Generation>& generation) {
    const auto& settings = generation->settings();
    const auto deadline = Clock::now() + base::milliseconds(settings.listen.limits.connect_timeout_ms);
    eachAtOnce(generation, [&](const Deployments& deployments) {
        const upstream::Endpoint& endpoint = deployments.front()->endpoint;
        std::vector<std::unique_ptr<upstream::Connection>> opened;
        for (uint32_t i = 0; i < settings.warm_connections; ++i) {
            auto connection = worker_.pool.openAhead(endpoint, deadline);
            if (!connection) break;
            opened.push_back(std::move(*connection));
        }
        for (auto& connection : opened) worker_.pool.release(endpoint, std::move(connection));
    });
}

void Prober::probeAll(const std::shared_ptr<const Generation>& generation) {
    eachAtOnce(generation, [&](const Deployments& deployments) { probe(*generation, deployments); });
}

// One that cannot be reached is tried again each second until its breaker opens, so that this does not take
// the breaker's threshold of rounds.
void Prober::probe(const Generation& generation, const Deployments& deployments) {
    const auto& settings = generation.settings();
    const auto& rules = settings.routing.cooldown;
    const upstream::Endpoint& endpoint = deployments.front()->endpoint;
    for (uint32_t attempt = 1;; ++attempt) {
        const auto deadline = Clock::now() + base::milliseconds(settings.listen.limits.connect_timeout_ms);
        auto connection = worker_.pool.open(endpoint, deadline);
        const auto now = Clock::now();
        if (!connection && connection.error().code == base::Code::Cancelled) return;
        for (const auto* one : deployments) {
            one->health->noteProbe(connection.has_value(), base::wallMillis());
            if (connection) continue;
            route::Failure failure;
            failure.kind = route::FailureClass::Connection;
            failure.error = connection.error();
            if (one->health->fail(failure, true, now, *one->config, rules) &&
                attempt == rules.breaker_failures) {
                base::log::warn("deployment {} ({}) is out of service: {}", one->config->id,
                                one->config->model_name, failure.error.message);
            }
        }
        if (connection) return;  // and closed: kept, it would push out those that are in use
        if (attempt >= std::max(1u, rules.breaker_failures)) return;
        if (Fiber::park(now + kAgainAfter) == Wake::Interrupted) return;
    }
}

}  // namespace sluice::gateway
