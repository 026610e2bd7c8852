#include "least_busy.h"

#include <limits>

#include <sluice/draw.hpp>

namespace router_least_busy {
namespace {

// One with nothing to do cannot be beaten, and each of those has the same chance to be hit. While the gateway
// has fewer requests than deployments there are many of them, and nobody else has to be looked at.
int32_t anIdleOne(const sluice_candidates& all, uint64_t random) {
    constexpr int kThrows = 4;
    for (int i = 0; i < kThrows; ++i) {
        const auto thrown = static_cast<uint32_t>(((random >> 32) * all.count) >> 32);
        if (all.at(&all, thrown)->in_flight == 0 && all.available(&all, thrown) != 0)
            return static_cast<int32_t>(thrown);
        random = random * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
    }
    return SLUICE_E_UNAVAILABLE;
}

}  // namespace

int32_t choose(const sluice::Candidates& candidates, uint64_t random) {
    constexpr uint32_t kMany = 8;  // fewer are looked through as fast
    if (candidates.raw().count >= kMany) {
        const int32_t idle = anIdleOne(candidates.raw(), random);
        if (idle >= 0) return idle;
    }
    int32_t best = SLUICE_E_UNAVAILABLE;
    uint32_t fewest = std::numeric_limits<uint32_t>::max();
    sluice::Draw draw(random);
    for (const auto candidate : candidates) {
        const uint32_t in_flight = candidate.inFlight();
        if (in_flight > fewest) continue;
        if (in_flight < fewest) draw.restart();
        fewest = in_flight;
        if (draw.takes()) best = static_cast<int32_t>(candidate.index());
    }
    return best;
}

}  // namespace router_least_busy
