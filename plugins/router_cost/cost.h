// LiteLLM's cost-based-routing: the cheapest deployment that is under its limits.
// Source: litellm/router_strategy/lowest_cost.py, docs.litellm.ai/docs/routing.
#pragma once

#include <cstdint>

#include <sluice/candidates.hpp>

namespace router_cost {

/// USD a token for a price that is not known: far above any real one, so that it is the last resort. The
/// constant is LiteLLM's.
constexpr double kUnknownCost = 5.0;

/// Index of the choice; SLUICE_E_LIMIT if all that are available are at their limits, SLUICE_E_UNAVAILABLE if
/// none is available. Of equal ones each has the same chance. `random`: 64 uniform bits. Allocates nothing.
int32_t choose(const sluice::Candidates& candidates, uint64_t random);

}  // namespace router_cost
