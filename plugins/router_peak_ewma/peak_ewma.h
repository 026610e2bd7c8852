// peak-ewma: two random deployments, of which the one wins that will probably answer sooner.
// Source: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (2001); the load metric is
// that of Finagle's PeakEwma, twitter.github.io/finagle/guide/Clients.html.
#pragma once

#include <cstdint>

#include <sluice/candidates.hpp>

namespace router_peak_ewma {

/// Index of the choice, SLUICE_E_UNAVAILABLE if there is none to choose from. `random`: 64 uniform bits.
/// Allocates nothing, and without weights looks at two or three candidates, however many there are.
int32_t choose(const sluice::Candidates& candidates, uint64_t random);

}  // namespace router_peak_ewma
