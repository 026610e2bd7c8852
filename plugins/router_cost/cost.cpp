#include "cost.h"

#include <limits>

namespace router_cost {
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

// Would one more request be over what it may have this minute?
bool atItsLimit(const sluice::Candidate& candidate) {
    const auto rpm = candidate.rpm();
    if (rpm && static_cast<double>(candidate.requestsThisMinute()) + 1 > *rpm) return true;
    const auto tpm = candidate.tpm();
    return tpm && static_cast<double>(candidate.tokensThisMinute()) >= *tpm;
}

double costOf(const sluice::Candidate& candidate) {
    return candidate.inputCost().value_or(kUnknownCost) + candidate.outputCost().value_or(kUnknownCost);
}

}  // namespace

int32_t choose(const sluice::Candidates& candidates, uint64_t random) {
    int32_t best = SLUICE_E_UNAVAILABLE;
    double lowest = std::numeric_limits<double>::infinity();
    Draw draw(random);
    for (const auto candidate : candidates) {
        const double cost = costOf(candidate);
        if (cost > lowest) continue;
        if (atItsLimit(candidate)) {
            if (best < 0) best = SLUICE_E_LIMIT;
            continue;
        }
        if (cost < lowest) draw.restart();
        lowest = cost;
        if (draw.takes()) best = static_cast<int32_t>(candidate.index());
    }
    return best;
}

}  // namespace router_cost
