// LiteLLM's least-busy: the deployment with the fewest requests in flight.
// Source: litellm/router_strategy/least_busy.py, docs.litellm.ai/docs/routing.
#pragma once

#include <cstdint>

#include <sluice/candidates.hpp>

namespace router_least_busy {

/// Index of the choice, SLUICE_E_UNAVAILABLE if there is none to choose from. Of equal ones each has the same
/// chance. `random`: 64 uniform bits. Allocates nothing.
int32_t choose(const sluice::Candidates& candidates, uint64_t random);

}  // namespace router_least_busy
