// What completion records say about deployments and models: failures, outages, success rates, slow requests;
// and the figures of the daily report.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include <sluice/plugin.hpp>

#include "alert.h"

namespace alerts {

struct TrafficOptions {
    int64_t slow_ms = 300'000;          // alerting_threshold
    int64_t repeat_ms = 600'000;        // window of most alerts
    int64_t outage_ms = 60'000;         // outage_alert_ttl: failures of a deployment are counted in it
    int64_t region_outage_ms = 60'000;  // likewise, of all deployments of a region
    size_t minor = 5, major = 10;       // failures in it
    double success_min = 0.99;          // of requests in …
    int64_t success_ms = 300'000;       // … this window, if there were at least …
    uint64_t success_requests = 50;     // … so many
    int64_t failures_ms = 60'000;       // failure_threshold_window_seconds
    size_t failures = 0;                // failure_threshold: of all requests together; 0: not looked at
    bool error_text = false;            // say what the provider said: it may quote the request
};

class Traffic {
public:
    explicit Traffic(const TrafficOptions& options) : options_(options) {}

    /// region_name of a deployment. [control]
    void setRegion(const std::string& deployment, const std::string& region);
    /// Costs a mutex and some additions. [any]
    void note(const sluice_record& record);
    /// [offload]
    void check(int64_t now_ms, const Raise& raise);
    /// The report on deployments since the last one; false if there were no requests. [offload]
    bool report(int64_t now_ms, Alert& alert);

    /// The provider, or what stands for it, failed: not the client, not a limit of ours.
    static bool isFailure(const sluice_record& record);

private:
    static constexpr size_t kBuckets = 12;
    struct Window {
        std::array<uint64_t, kBuckets> good{}, bad{};
        int64_t bucket = 0;  // number of the newest
        bool low = false;
        void turn(int64_t now_bucket);
        uint64_t sum(const std::array<uint64_t, kBuckets>& counts) const;
    };
    struct Failures {
        uint64_t count = 0;
        std::string deployment, model, provider, text, error_class;
        uint32_t status = 0;
    };
    struct Slow {
        uint64_t count = 0;
        int64_t worst_ms = 0;
        std::string call_id, key, deployment;
    };
    struct Outage {
        std::deque<int64_t> at_ms;
        std::string what;
        size_t told = 0;  // failures that the last alert was about
    };
    struct Day {
        uint64_t requests = 0, failed = 0, tokens = 0;
        int64_t took_ms = 0;
        std::string model;
    };
    void noteFailure(const sluice_record& record);
    void countOutage(const std::string& key, const std::string& what, int64_t now_ms, int64_t span_ms,
                     size_t most);
    void checkFailures(const Raise& raise, std::map<std::string, Failures> failures) const;
    void checkSlow(const Raise& raise, std::map<std::string, Slow> slow) const;
    void checkOutages(int64_t now_ms, std::vector<Alert>& found);
    void checkRates(int64_t now_ms, std::vector<Alert>& found);

    const TrafficOptions options_;
    std::mutex mutex_;
    std::map<std::string, std::string> regions_;  // guarded by mutex_, as is the rest
    std::map<std::string, Failures> failures_;    // since the last look, by deployment and status
    std::map<std::string, Slow> slow_;            // likewise, by model
    std::map<std::string, Outage> outages_;       // "d:DEPLOYMENT", "r:REGION", "all"
    std::map<std::string, Window> windows_;       // by model group; "": all
    std::map<std::string, Day> days_;             // by deployment
    uint64_t fallbacks_ = 0, retries_ = 0;
    int64_t day_ms_ = 0;
};

}  // namespace alerts
