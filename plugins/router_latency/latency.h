// LiteLLM's latency-based-routing: a random one of the deployments with the lowest average latency that are
// under their limits.
// Source: litellm/router_strategy/lowest_latency.py, docs.litellm.ai/docs/routing.
#pragma once

#include <cstdint>
#include <optional>

#include <sluice/candidates.hpp>

#include "samples.h"

namespace router_latency {

/// How an attempt ended, as far as its latency goes.
struct Ending {
    bool ok = false;
    bool timed_out = false;
    bool stream = false;
    std::optional<int64_t> duration_us = {}, first_byte_us = {}, completion_tokens = {};
};

/// What a timeout adds, whatever it took. The constant is LiteLLM's.
constexpr double kTimeoutPenalty = 1000;

/// The sample that LiteLLM makes of it: seconds a completion token, or seconds if no tokens were counted.
/// Nothing for an attempt that failed or was cancelled.
std::optional<Samples::Sample> sampleOf(const Ending& ending);

/// What is asked in one pick.
struct Question {
    bool stream;
    int64_t now_ms;
    double buffer;    // 0.5: those up to half as slow again as the fastest are as good
    uint64_t random;  // 64 uniform bits
};

/// Index of the choice; SLUICE_E_LIMIT if all that are available are at their limits, SLUICE_E_UNAVAILABLE if
/// none is available. Allocates nothing.
int32_t choose(const sluice::Candidates& candidates, Samples& samples, const Question& question);

}  // namespace router_latency
