// What the gateway says of itself on /metrics: looked up when somebody asks, so that it costs requests
// nothing. Names of deployments' metrics are LiteLLM's (docs.litellm.ai/docs/proxy/prometheus), those of the
// process Prometheus' own; the rest begins with sluice_.
#pragma once

#include <atomic>

#include "gateway/gateway.h"
#include "net/server.h"
#include "plugin_host/metrics.h"

namespace sluice::app {

class SelfMetrics {
public:
    /// Both outlive this object, and this object every text() of the metrics. [control]
    SelfMetrics(host::Metrics& metrics, gateway::Gateway& gateway, const gateway::GenerationCount& alive);
    /// From now on its loops and connections are shown; `server` has started, and outlives every text().
    /// [control]
    void watch(net::Server& server) { server_ = &server; }

private:
    void define(host::Metrics& metrics);
    void collect(host::Metrics& metrics) const;
    void deployments(host::Metrics& metrics, const gateway::Generation& generation) const;
    void plugins(host::Metrics& metrics, const gateway::Generation& generation) const;
    void network(host::Metrics& metrics, const gateway::Generation& generation) const;
    void process(host::Metrics& metrics) const;

    gateway::Gateway& gateway_;
    const gateway::GenerationCount& alive_;
    std::atomic<net::Server*> server_{nullptr};
    int in_flight_ = -1, waiting_ = -1, mirrors_ = -1, generation_ = -1, generations_ = -1, dropped_ = -1;
    int state_ = -1, requests_ = -1, failures_ = -1, busy_ = -1, latency_ = -1, back_in_ = -1,
        failure_rate_ = -1;
    int plugin_failures_ = -1, plugin_timeouts_ = -1, plugin_stalls_ = -1, plugin_misuses_ = -1,
        breaker_ = -1;
    int fibers_ = -1, fiber_runs_ = -1, connections_ = -1, connections_max_ = -1;
    int upstream_connections_ = -1, records_ = -1, bodies_ = -1;
    int memory_ = -1, cpu_ = -1, descriptors_ = -1, descriptors_max_ = -1, started_ = -1;
    double started_at_;
};

}  // namespace sluice::app
