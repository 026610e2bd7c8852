// The routing strategy latency-based-routing as an instance: learns from the attempts that end.
#pragma once

#include <string_view>

#include <sluice/config.hpp>
#include <sluice/plugin.hpp>

#include "latency.h"

namespace router_latency {

/// routing_strategy_args; the bounds are the schema's.
struct Config {
    int64_t max_latency_list_size = 10;
    double ttl = 3600;  // seconds
    double lowest_latency_buffer = 0;

    static Config read(std::string_view json) {
        const sluice::ConfigObject from(json);
        Config config;
        from.read("max_latency_list_size", config.max_latency_list_size);
        from.read("ttl", config.ttl);
        from.read("lowest_latency_buffer", config.lowest_latency_buffer);
        return config;
    }
};

class Plugin {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(Config::read(config), host) {}

    int32_t pick(sluice::Request request, const sluice_candidates& candidates) {
        return choose(sluice::Candidates(candidates), samples_,
                      {request.stream(), host_.monotonicMs(), buffer_, host_.random()});
    }

    sluice::Verdict on_attempt_end(sluice::Attempt attempt) {
        const auto sample =
            sampleOf({attempt.ok(), attempt.timedOut(), attempt.stream(), attempt.durationUs(),
                      attempt.firstByteUs(), attempt.completionTokens()});
        const auto deployment = attempt.deployment();
        if (sample && deployment)
            samples_.add(static_cast<uint32_t>(*deployment), *sample, host_.monotonicMs());
        return sluice::Verdict::Continue;
    }

private:
    Plugin(const Config& config, sluice::Host host)
        : host_(host),
          buffer_(config.lowest_latency_buffer),
          samples_({config.ttl, static_cast<uint32_t>(config.max_latency_list_size)}) {}

    sluice::Host host_;
    double buffer_;
    Samples samples_;
};

}  // namespace router_latency
