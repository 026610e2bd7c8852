// Deployments that are out of service: for a while (cooldown), or for long.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "alert.h"

namespace alerts {

struct DeploymentInfo {
    std::string group, model, provider, region;
};

class Deployments {
public:
    /// For how many milliseconds it is out of service from now on, as this gateway found; nothing: not known.
    using Look = std::function<std::optional<int64_t>(const std::string& id)>;
    struct Options {
        int64_t down_ms = 300'000;    // out of service for so long, without a success: it is down
        int64_t repeat_ms = 600'000;  // window of both alerts
        int64_t quiet_ms = 120'000;   // in service for so long: it is back, also without a request
    };

    Deployments(const Options& options, Look look) : options_(options), look_(std::move(look)) {}

    void add(const std::string& id, DeploymentInfo info);  // [control]
    /// It has answered. [any]
    void succeeded(const std::string& id, int64_t now_ms);
    /// [offload]
    void check(int64_t now_ms, const Raise& raise);

private:
    struct One {
        DeploymentInfo info;
        bool out = false;      // at the last look
        int64_t since_ms = 0;  // of the trouble; 0: there is none
        int64_t last_out_ms = 0;
        int64_t last_success_ms = 0;
        bool down = false;       // was told of
        uint64_t cooldowns = 0;  // of this trouble
    };
    Alert about(const std::string& id, const One& one) const;

    const Options options_;
    const Look look_;
    std::mutex mutex_;
    std::map<std::string, One> all_;  // guarded by mutex_
};

}  // namespace alerts
