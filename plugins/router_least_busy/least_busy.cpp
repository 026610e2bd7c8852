#include "least_busy.h"

#include <limits>

#include <sluice/draw.hpp>

namespace router_least_busy {

int32_t choose(const sluice::Candidates& candidates, uint64_t random) {
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
