#include "least_busy.h"

#include <limits>

namespace router_least_busy {
namespace {

// One of equals, without a list of them: the n-th takes the place of the one before it once in n times.
class Draw {
public:
    explicit Draw(uint64_t random) : random_(random) {}
    void restart() { seen_ = 0; }
    bool takes() {
        ++seen_;
        random_ = random_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
        return ((random_ >> 32) * seen_) >> 32 == 0;                      // its upper half is the good one
    }

private:
    uint64_t random_;
    uint64_t seen_ = 0;
};

}  // namespace

int32_t choose(const sluice::Candidates& candidates, uint64_t random) {
    int32_t best = SLUICE_E_UNAVAILABLE;
    uint32_t fewest = std::numeric_limits<uint32_t>::max();
    Draw draw(random);
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
