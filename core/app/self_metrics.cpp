#include "app/self_metrics.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

#include "plugin_host/handle_use.h"

namespace sluice::app {

using host::Metrics;
using Kind = Metrics::Kind;
using State = route::Health::State;

namespace {

const std::vector<std::string> kDeployment{"litellm_model_name", "model_id", "api_base", "api_provider",
                                           "model_group"};
const std::vector<std::string> kPlugin{"instance", "plugin"};

// LiteLLM's: 0 healthy, 1 partial outage, 2 complete outage.
double outage(State state) {
    switch (state) {
        case State::Serving:
            return 0;
        case State::HalfOpen:
        case State::Recovering:
            return 1;
        default:
            return 2;
    }
}

double residentBytes() {
    std::ifstream file("/proc/self/statm");
    double size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpuSeconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double openDescriptors() {
    std::error_code ignored;
    const auto all = std::filesystem::directory_iterator("/proc/self/fd", ignored);
    return static_cast<double>(std::distance(begin(all), end(all)));
}

double maxDescriptors() {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

SelfMetrics::SelfMetrics(Metrics& metrics, gateway::Gateway& gateway, const gateway::GenerationCount& alive)
    : gateway_(gateway), alive_(alive), started_at_(static_cast<double>(base::wallMillis()) / 1000) {
    define(metrics);
    metrics.addCollector([this](Metrics& m) { collect(m); });
}

void SelfMetrics::define(Metrics& m) {
    const auto gauge = [&](const char* name, const char* help, std::vector<std::string> labels = {}) {
        return m.define(Kind::Gauge, name, help, std::move(labels));
    };
    const auto counter = [&](const char* name, const char* help, std::vector<std::string> labels = {}) {
        return m.define(Kind::Counter, name, help, std::move(labels));
    };
    in_flight_ = gauge("litellm_in_flight_requests", "Requests that are being carried out");
    waiting_ =
        gauge("sluice_waiting_requests", "Requests that wait for room at a deployment or in the gateway");
    mirrors_ = gauge("sluice_mirrored_requests", "Copies of requests on their way to a mirror");
    bodies_ = gauge("sluice_request_bodies_bytes", "What request bodies hold beyond the first 64 KB of each");
    generation_ = gauge("sluice_generation", "Number of the generation that serves; a reload adds one");
    generations_ =
        gauge("sluice_generations_alive", "Generations that requests still hold, the serving one included");
    dropped_ = counter("sluice_records_dropped_total", "Completion records that found no room in the queue");
    state_ = gauge("litellm_deployment_state", "0 healthy, 1 partial outage, 2 complete outage", kDeployment);
    requests_ = counter("litellm_deployment_total_requests_total", "Attempts at the deployment", kDeployment);
    failures_ = counter("litellm_deployment_failure_responses_total",
                        "Attempts at the deployment that failed", kDeployment);
    busy_ =
        gauge("sluice_deployment_in_flight", "Attempts at the deployment that are on their way", kDeployment);
    latency_ = gauge("sluice_deployment_latency_seconds",
                     "Time to the first byte, peak-sensitive moving average", kDeployment);
    back_in_ = gauge("sluice_deployment_out_of_service_seconds",
                     "For how long it gets no requests; 0: it serves", kDeployment);
    failure_rate_ =
        gauge("sluice_deployment_failure_rate", "Share of attempts that failed, moving average", kDeployment);
    plugin_failures_ =
        counter("sluice_plugin_failures_total", "Hooks that failed or gave an impossible verdict", kPlugin);
    plugin_timeouts_ = counter("sluice_plugin_timeouts_total", "Hooks past their deadline", kPlugin);
    plugin_stalls_ = counter("sluice_plugin_stalls_total", "Times that it was found holding a loop", kPlugin);
    plugin_misuses_ =
        counter("sluice_plugin_misuses_total", "Uses of a request's handle that were not allowed", kPlugin);
    breaker_ =
        gauge("sluice_plugin_breaker_open", "1: it failed too often and is not called for a while", kPlugin);
    fibers_ =
        gauge("sluice_loop_fibers", "Fibers of the event loop: connections, calls, its own work", {"loop"});
    fiber_runs_ = counter("sluice_loop_fiber_runs_total",
                          "Times that a fiber of the event loop ran until it waited", {"loop"});
    connections_ = gauge("sluice_client_connections", "Connections of clients that are open");
    connections_max_ =
        gauge("sluice_client_connections_max", "How many there may be: listen.limits.connections_max");
    upstream_connections_ = gauge("sluice_upstream_connections",
                                  "Connections to upstreams in the pool of an event loop", {"loop", "state"});
    records_ = gauge("sluice_record_queue_length", "Completion records that nobody has looked at yet");
    memory_ = gauge("process_resident_memory_bytes", "Resident memory");
    cpu_ = counter("process_cpu_seconds_total", "User and system CPU time");
    descriptors_ = gauge("process_open_fds", "Open file descriptors");
    descriptors_max_ = gauge("process_max_fds", "How many there may be");
    started_ = gauge("process_start_time_seconds", "Start of the process since the Unix epoch");
}

void SelfMetrics::collect(Metrics& m) const {
    const auto generation = gateway_.generation();
    m.set(in_flight_, {}, static_cast<double>(gateway_.inFlight()));
    m.set(waiting_, {}, static_cast<double>(gateway_.waitingRoom().waiting()));
    m.set(bodies_, {}, static_cast<double>(gateway_.bodies().used()));
    m.set(mirrors_, {}, gateway_.mirrors().load());
    m.set(generation_, {}, static_cast<double>(generation->number()));
    m.set(generations_, {}, static_cast<double>(alive_.count()));
    m.set(dropped_, {}, static_cast<double>(gateway_.records().dropped()));
    m.set(records_, {}, static_cast<double>(gateway_.records().waiting()));
    deployments(m, *generation);
    plugins(m, *generation);
    network(m, *generation);
    process(m);
}

void SelfMetrics::deployments(Metrics& m, const gateway::Generation& generation) const {
    const auto now = base::Clock::now();
    const auto& rules = generation.settings().routing.cooldown;
    for (const int id : {state_, requests_, failures_, busy_, latency_, back_in_, failure_rate_}) m.clear(id);
    for (const auto& one : generation.deployments()) {
        const auto& config = *one->config;
        const auto& health = *one->health;
        const std::array<std::string_view, 5> labels{config.model, config.id, one->api_base, config.provider,
                                                     config.model_name};
        const auto state = health.state(now, rules);
        const bool out = state == State::CoolingDown || state == State::Open;
        m.set(state_, labels, outage(state));
        m.set(requests_, labels, static_cast<double>(health.requests()));
        m.set(failures_, labels, static_cast<double>(health.failures()));
        m.set(busy_, labels, health.in_flight.load(std::memory_order_relaxed));
        m.set(latency_, labels, static_cast<double>(health.latencyUs(now)) / 1e6);
        m.set(back_in_, labels, out ? std::max(0.0, base::toMillis(health.backAt() - now) / 1000) : 0);
        m.set(failure_rate_, labels, health.failureRate());
    }
}

void SelfMetrics::plugins(Metrics& m, const gateway::Generation& generation) const {
    for (const int id : {plugin_failures_, plugin_timeouts_, plugin_stalls_, plugin_misuses_, breaker_})
        m.clear(id);
    for (const auto& one : generation.instances()) {
        const std::array<std::string_view, 2> labels{one->id(), one->settings().plugin};
        m.set(plugin_failures_, labels, static_cast<double>(one->failures.load()));
        m.set(plugin_timeouts_, labels, static_cast<double>(one->timeouts.load()));
        m.set(plugin_stalls_, labels, static_cast<double>(one->stalls.load()));
        m.set(plugin_misuses_, labels, static_cast<double>(one->handleUse().misuses.load()));
        m.set(breaker_, labels, one->breaker.open() ? 1 : 0);
    }
}

void SelfMetrics::network(Metrics& m, const gateway::Generation& generation) const {
    net::Server* server = server_;
    if (!server) return;
    m.set(connections_, {}, static_cast<double>(server->connections()));
    m.set(connections_max_, {}, generation.limits().connections_max);
    size_t number = 0;
    for (const auto* worker : server->workers()) {
        const std::string loop = std::to_string(number++);
        const std::array<std::string_view, 1> labels{loop};
        m.set(fibers_, labels, static_cast<double>(worker->loop.fibers()));
        m.set(fiber_runs_, labels, static_cast<double>(worker->loop.runTicks() / 2));  // begin and end
        const size_t open = worker->pool.open(), idle = worker->pool.idle();
        const auto pooled = [&](std::string_view state, size_t count) {
            const std::array<std::string_view, 2> which{loop, state};
            m.set(upstream_connections_, which, static_cast<double>(count));
        };
        pooled("idle", idle);
        pooled("busy", open > idle ? open - idle : 0);
    }
}

void SelfMetrics::process(Metrics& m) const {
    m.set(memory_, {}, residentBytes());
    m.set(cpu_, {}, cpuSeconds());
    m.set(descriptors_, {}, openDescriptors());
    m.set(descriptors_max_, {}, maxDescriptors());
    m.set(started_, {}, started_at_);
}

}  // namespace sluice::app
