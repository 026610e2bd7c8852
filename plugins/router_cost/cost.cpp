#include "cost.h"

#include <limits>

#include <sluice/draw.hpp>

namespace router_cost {
namespace {

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
    sluice::Draw draw(random);
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
