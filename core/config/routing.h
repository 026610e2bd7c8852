// How requests are routed, retried and given up: sections router_settings and litellm_settings, the former of
// which wins. Names and defaults are LiteLLM's (docs.litellm.ai/docs/routing); what is ours says so.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/section.h"

namespace sluice::config {

/// What retry_policy and allowed_fails_policy count by.
enum class PolicyClass { BadRequest, Authentication, Timeout, RateLimit, ContentPolicy, InternalServer };
inline constexpr size_t kPolicyClasses = 6;
using Policy = std::array<std::optional<uint32_t>, kPolicyClasses>;

/// Model group → the groups to go to when it fails, in order; "*" stands for every group.
using Fallbacks = std::map<std::string, std::vector<std::string>>;

/// When a deployment gets no more requests, and for how long.
struct Cooldown {
    bool enabled = true;                    // not disable_cooldowns
    uint32_t cooldown_ms = 5'000;           // cooldown_time; a Retry-After of the upstream goes before it
    std::optional<uint32_t> allowed_fails;  // within cooldown_time; nothing said: by the rate of failures
    Policy allowed_by_class;                // allowed_fails_policy
    // --- ours ---
    uint32_t breaker_failures = 5;       // in a row open the breaker; 0 = never
    uint32_t breaker_pause_ms = 30'000;  // until one request may try again
    uint32_t slow_start_ms = 10'000;     // after that, a growing share of its requests; 0 = all at once
    bool last_resort = true;  // if all of a group are out, use the one that is out for the shortest time
    bool adaptive = false;    // thresholds, pauses and delays follow the recent rate of failures
};

/// What becomes of a stream that breaks after its first text has gone to the client.
enum class StreamRecovery { None, Restart, Continue };
std::optional<StreamRecovery> streamRecoveryNamed(std::string_view name);

/// A share of a group's requests goes to another group, too; its answers are thrown away.
struct Mirror {
    std::string to;
    double share = 1;
};

struct Routing {
    std::string strategy = "simple-shuffle";
    bool strategy_named = false;
    Json strategy_args = Json::object();
    std::map<std::string, std::string> group_strategies;   // ours: model group → strategy
    std::map<std::string, std::string> caller_strategies;  // ours: key (alias or hash) or team → strategy

    uint32_t num_retries = 2;
    uint32_t retry_after_ms = 0;    // the least to wait before the same deployment is asked again
    uint32_t retry_base_ms = 100;   // ours: of the exponential backoff
    uint32_t retry_max_ms = 8'000;  // ours: the most; a longer Retry-After ends the retries
    Policy retries_by_class;        // retry_policy
    std::map<std::string, Policy> retries_by_group;  // model_group_retry_policy

    Fallbacks fallbacks, context_window_fallbacks, content_policy_fallbacks;
    std::vector<std::string> default_fallbacks;
    uint32_t max_fallbacks = 5;

    uint32_t first_token_timeout_ms = 0;  // ours: until the first text of a stream; 0 = stream_timeout
    uint32_t first_token_hold_ms =
        0;  // ours: for how long the first text is held, so that a bad start can go elsewhere
    StreamRecovery stream_recovery = StreamRecovery::None;  // ours

    uint32_t queue_max = 1'000;  // ours: requests that wait for a deployment with max_parallel_requests
    uint32_t queue_timeout_ms = 30'000;  // ours
    int64_t default_priority = 0;
    uint32_t default_max_parallel = 0;   // default_max_parallel_requests; 0 = no limit
    Cooldown cooldown;
    std::map<std::string, Mirror> mirrors;  // ours: model group → where a copy goes
};

/// Reads router_settings into `routing`; `router` also serves whoever reads its other keys. What it does not
/// say is taken from litellm_settings.
void readRouting(const Tree& tree, Section& router, Section& litellm, Routing& routing, Faults& faults);

/// Fallbacks that name a group which does not exist. `known`: is this a model that requests may name?
void checkFallbacks(const Tree& tree, const Routing& routing,
                    const std::function<bool(const std::string&)>& known, Faults& faults);

}  // namespace sluice::config
