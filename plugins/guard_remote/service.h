// The service of an instance over the host's HTTP client: deadlines, one retry, bounds, and what the log
// says.
#pragma once

#include <atomic>

#include <sluice/plugin.hpp>

#include "caller.h"

namespace guard_remote {

class Service {
public:
    struct Options {
        std::string name;                       // of the guardrail
        uint32_t timeout_ms = 2000;             // all calls of one hook together
        size_t max_answer_bytes = 1024 * 1024;  // reading an answer takes time of the loop
    };

    /// Throws ConfigError if the plugin may not call out.
    Service(const sluice::Host& host, Options options);

    /// What became of a judgement. The log tells changes only: a service that is away must not fill it.
    void worked();
    void failed(std::string_view phase, const Unusable& why, bool goes_on);

    const Options& options() const { return options_; }
    const sluice::Host& host() const { return host_; }
    bool failing() const { return failing_.load(std::memory_order_relaxed); }

private:
    sluice::Host host_;
    const Options options_;
    sluice::Metric failures_;
    std::atomic<bool> failing_{false};
};

/// One hook's calls. The time for all of them begins with this object.
class HostCaller final : public Caller {
public:
    HostCaller(const Service& service, const sluice::Request& request)
        : service_(service),
          request_(request),
          end_ms_(service.host().monotonicMs() + service.options().timeout_ms) {}

    /// Asked once more if there was no connection, unless the service is known to be away: nothing that is
    /// down is asked twice as often.
    std::string_view post(const Call& call) override;
    int64_t wallMs() const override { return service_.host().wallMs(); }

private:
    sluice::HttpResult once(const Call& call) const;

    const Service& service_;
    const sluice::Request& request_;
    const int64_t end_ms_;
};

}  // namespace guard_remote
