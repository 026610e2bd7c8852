// LiteLLM's usage-based-routing and usage-based-routing-v2: the deployment with the fewest tokens this minute
// that is under its limits.
// Source: litellm/router_strategy/lowest_tpm_rpm.py and lowest_tpm_rpm_v2.py, docs.litellm.ai/docs/routing.
#pragma once

#include <cstdint>

#include <sluice/candidates.hpp>
#include <sluice/request.hpp>

namespace router_usage {

/// Index of the choice; SLUICE_E_LIMIT if all that are available are at their limits, SLUICE_E_UNAVAILABLE if
/// none is available. `input_tokens`: what this request will use at least. Of equal ones each has the same
/// chance. `random`: 64 uniform bits. Allocates nothing.
int32_t choose(const sluice::Candidates& candidates, double input_tokens, uint64_t random);

/// About how many tokens the prompt has: a quarter of its bytes. Reads no text and counts what is no text (an
/// image) as if it were. 0 if the body is no JSON. [loop]
double inputTokens(sluice::Request request);

}  // namespace router_usage
