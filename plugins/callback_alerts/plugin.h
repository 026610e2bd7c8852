// Alerts: looks at records, deployments, budgets and figures, and tells people.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "accounts/wall_clock.h"
#include "accounts/watcher.h"
#include "figures.h"
#include "inflight.h"
#include "memories.h"
#include "options.h"

namespace alerts {

class Plugin {
public:
    struct PerRequest {
        Inflight::Entry entry;
    };

    Plugin(std::string_view config_json, sluice::Host host) : Plugin(config_json, host, true) {}
    ~Plugin();
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;

    bool wants(std::string_view hook) const;
    void start();
    void model_group(std::string_view name, sluice::Deployments deployments);
    sluice::Verdict on_request(sluice::Request request);
    sluice::Verdict pre_call(sluice::Request request);
    void on_complete(const sluice_record& record);
    const std::vector<sluice::Route>& routes() const { return routes_; }
    sluice::Verdict handle(sluice::Request request, uint32_t route);
    void closing();

    /// What the timer does. [offload]
    void tick();
    /// Without threads: lets each channel send what waits.
    void pump();

protected:
    /// threads: whether channels get threads of their own and a timer calls tick().
    Plugin(std::string_view config_json, sluice::Host host, bool threads);

private:
    struct Metrics {
        explicit Metrics(const sluice::Host& host);
        sluice::Metric raised, delivered, dropped, failed;
    };
    void openChannels(const Json& config);
    OutboxEvents eventsOf(const std::string& channel);
    void raise(Alert alert);
    void tellStore(bool answered);

    const sluice::Host host_;
    const accounts::WallClock clock_;
    const Options options_;
    const Calendar calendar_;
    const Metrics metrics_;
    const bool threads_;
    const std::vector<sluice::Route> routes_;
    Inflight inflight_;
    Traffic traffic_;
    Deployments deployments_;
    Spend spend_;
    Book book_;
    Reports reports_;
    Figures figures_;
    Memories memories_;
    Gate gate_{&memories_};  // the timer's
    std::unique_ptr<Claims> claims_;
    bool store_away_ = false;
    int64_t timer_ = 0;
    int64_t check_ms_ = 0;  // when the slower rules are due

    std::atomic<int64_t> scrape_ms_{0};  // when figures are due
    std::mutex figures_mutex_;
    std::string figures_text_;  // guarded by figures_mutex_

    std::vector<std::unique_ptr<Outbox>> outboxes_;
    // Last: nobody is told of documents any more when the rest goes.
    std::unique_ptr<accounts::Watcher> watcher_;
};

}  // namespace alerts
