// LiteLLM's simple-shuffle: one random deployment, weighted by what the first of them is configured with.
// Source: litellm/router_strategy/simple_shuffle.py, docs.litellm.ai/docs/routing.
#pragma once

#include <cstdint>

#include <sluice/sluice.h>

namespace router_simple_shuffle {

/// Index of the choice among the available candidates, SLUICE_E_UNAVAILABLE if there is none. `random`: 64
/// uniform bits.
int32_t choose(const sluice_candidates& candidates, uint64_t random);

}  // namespace router_simple_shuffle
