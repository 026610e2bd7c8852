#include "app/serve.h"

#include <signal.h>
#include <sys/resource.h>

#include <cstdio>

#include <Poco/Net/SSLManager.h>

#include "app/load.h"
#include "app/reloader.h"
#include "app/self_metrics.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/read_listen.h"
#include "gateway/callout.h"
#include "net/server.h"

namespace sluice::app {

using base::Clock;

namespace {

constexpr size_t kOffloadThreads = 4;

// Signals are waited for, not handled: no code of ours runs in a signal handler.
sigset_t blockSignals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    return set;
}

// Each request may need two descriptors; the soft limit is often 1,024.
void raiseDescriptorLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

void announce(const config::Settings& settings, const gateway::Generation& generation, uint16_t port) {
    const bool tls = !settings.listen.tls_certificate.empty();
    const bool v6 = settings.listen.address.find(':') != std::string::npos;
    base::log::info("sluice {} listens on {}://{}{}{}:{}", gateway::kVersion, tls ? "https" : "http",
                    v6 ? "[" : "", settings.listen.address, v6 ? "]" : "", port);
    base::log::info("{} models, {} plugin instances", generation.models().names().size(),
                    generation.instances().size());
    if (!generation.authenticated()) base::log::warn("nobody checks keys: set general_settings.master_key");
    if (settings.model_list.empty()) base::log::warn("model_list is empty: there is nothing to forward to");
}

// Everything that lives as long as the process serves, in the order in which it comes up.
class Service {
public:
    explicit Service(const base::Limits& limits)
        : offload_(kOffloadThreads, limits.offload_queue_max),
          timers_(offload_),
          callout_(limits),
          resolver_(offload_),
          records_(limits.record_queue_max) {}

    int run(Loaded& loaded, const Origin& origin, const sigset_t& signals) {
        Reloader reloader(origin, libraries_, alive_);
        const gateway::Shared shared{libraries_, &reloader, alive_,   metrics_,
                                     offload_,   timers_,   callout_, health_};
        const int code = run(loaded, reloader, shared, signals);
        alive_.waitForNone();
        return code;
    }

private:
    int run(Loaded& loaded, Reloader& reloader, const gateway::Shared& shared, const sigset_t& signals) {
        auto generation = gateway::Generation::build(1, std::move(loaded.settings), loaded.catalog,
                                                     config::processEnvironment(), shared, loaded.faults);
        print(loaded.faults);
        if (!generation) {
            std::fprintf(stderr, "sluice: the configuration has %zu errors; nothing was started\n",
                         loaded.faults.errors());
            return 1;
        }
        const config::Listen listen = generation->settings().listen;  // a reload does not change it
        const std::string ca_file = generation->settings().ca_file;
        gateway::Gateway gateway(generation, records_);
        reloader.attach(gateway, shared);
        SelfMetrics self_metrics(metrics_, gateway, alive_);
        net::Server server(gateway, resolver_, listen);
        if (auto started = server.start(ca_file); !started) {
            std::fprintf(stderr, "sluice: %s\n", started.error().message.c_str());
            return 1;
        }
        callout_.setWorkers(server.workers());
        self_metrics.watch(server);
        announce(generation->settings(), *generation, server.port());
        generation.reset();
        base::giveMemoryBack();  // what reading the configuration took: more than what is left
        int signal = 0;
        while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) (void)reloader.reload();
        base::log::info("signal {}: draining, {} requests are running", signal, gateway.inFlight());
        drain(gateway, server, listen.limits, signals);
        reloader.close();  // or a generation that is being built would serve behind the last one
        endPlugins(gateway, shared, listen.limits);
        callout_.close();
        server.stop();
        if (records_.dropped() > 0) base::log::warn("{} completion records were dropped", records_.dropped());
        base::log::info("stopped");
        base::log::flush();
        return 0;
    }

    // Stop accepting, let requests finish, then cancel what is left, flush the records. A second signal ends
    // the patience.
    void drain(gateway::Gateway& gateway, net::Server& server, const base::Limits& limits,
               const sigset_t& signals) {
        gateway.startDrain();
        server.startDrain();
        const auto deadline = Clock::now() + base::milliseconds(limits.drain_timeout_ms);
        auto next_word = Clock::now() + base::milliseconds(5000);
        while (server.connections() > 0 && Clock::now() < deadline) {
            const timespec pause{0, 5'000'000};
            if (sigtimedwait(&signals, nullptr, &pause) > 0) break;
            if (gateway.inFlight() == 0) server.startDrain();  // connections that have become idle meanwhile
            if (Clock::now() < next_word) continue;
            base::log::info("draining: {} requests are still running", gateway.inFlight());
            next_word += base::milliseconds(5000);
        }
        if (gateway.inFlight() > 0)
            base::log::warn("drain deadline reached: {} requests are cancelled", gateway.inFlight());
        cancel(gateway, server, signals);
        // The loops still run: whoever is told of a record may call out.
        if (!records_.drain(Clock::now() + base::milliseconds(10'000)))
            base::log::warn("completion records could not be flushed in time");
    }

    // The last generation has no plugins. Those of the one before it end as after a reload: the loops still
    // run, so that whoever holds something for a receiver can send it.
    void endPlugins(gateway::Gateway& gateway, const gateway::Shared& shared, const base::Limits& limits) {
        config::Faults unread;
        const auto number = gateway.generation()->number() + 1;
        auto last = gateway::Generation::build(number, {}, {}, config::processEnvironment(), shared, unread);
        if (!last) return;
        gateway.serve(std::move(last));
        if (!alive_.waitForFew(1, Clock::now() + base::milliseconds(limits.drain_timeout_ms)))
            base::log::warn("plugins that still end can call nobody any more");
    }

    static void cancel(gateway::Gateway& gateway, net::Server& server, const sigset_t& signals) {
        gateway.abort();
        server.cancelAll();
        const auto deadline = Clock::now() + base::milliseconds(2000);
        const timespec pause{0, 2'000'000};
        while (server.connections() > 0 && Clock::now() < deadline)
            (void)sigtimedwait(&signals, nullptr, &pause);
    }

    route::HealthBook health_;
    host::Libraries libraries_;
    gateway::GenerationCount alive_;
    host::Metrics metrics_;
    base::Offload offload_;
    host::IntervalTimers timers_;
    gateway::Callout callout_;
    upstream::Resolver resolver_;
    account::RecordQueue records_;
};

}  // namespace

int serve(const ServeOptions& options) {
    const sigset_t signals = blockSignals();
    raiseDescriptorLimit();
    base::keepLittleMemory();
    Poco::Net::initializeSSL();
    auto loaded = load(options.config, options.plugin_dirs);
    const Origin origin{options.config, options.plugin_dirs, loaded.settings.listen, loaded.settings.ca_file};
    if (!options.listen.empty() && !config::readAddress(options.listen, loaded.settings.listen)) {
        std::fprintf(stderr, "sluice: --listen %s: use ADDRESS:PORT, for example 127.0.0.1:4000\n",
                     options.listen.c_str());
        return 2;
    }
    base::log::init(loaded.settings.verbose ? base::log::Level::Debug : base::log::Level::Info,
                    loaded.settings.json_logs);
    const base::Limits limits = loaded.settings.listen.limits;
    return Service(limits).run(loaded, origin, signals);
}

}  // namespace sluice::app
