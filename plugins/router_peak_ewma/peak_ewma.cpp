#include "peak_ewma.h"

#include <cmath>

namespace router_peak_ewma {
namespace {

// How often a random number may hit one that is not available before all are looked through.
constexpr int kThrowsMax = 8;
constexpr uint32_t kNone = UINT32_MAX;

// splitmix64: several numbers out of the host's one.
class Random {
public:
    explicit Random(uint64_t seed) : state_(seed) {}
    uint32_t below(uint32_t bound) { return static_cast<uint32_t>(((bits() >> 32) * bound) >> 32); }
    uint64_t bits() {
        uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

private:
    uint64_t state_;
};

// The first available one from `from` on, `count` if there is none.
uint32_t next(const sluice_candidates* all, uint32_t from) {
    if (SLUICE_HAS(all, next)) return all->next(all, from);
    while (from < all->count && all->available(all, from) == 0) ++from;
    return from;
}

// Each available one but `other` with the same chance; kNone if there is none.
uint32_t evenDraw(const sluice::Candidates& candidates, uint32_t other, Random& random) {
    const auto* all = &candidates.raw();
    for (int i = 0; i < kThrowsMax; ++i) {
        const uint32_t thrown = random.below(all->count);
        if (thrown != other && next(all, thrown) == thrown) return thrown;
    }
    uint32_t drawn = kNone;
    uint32_t seen = 0;
    for (uint32_t i = next(all, 0); i < all->count; i = next(all, i + 1)) {
        if (i != other && random.below(++seen) == 0) drawn = i;
    }
    return drawn;
}

struct Pair {
    uint32_t first = kNone, second = kNone;  // may be the same
};

// Two draws by weight, in one round: each takes the place of the one before it as often as its weight is of
// the sum up to it. With replacement: two different ones out of two would be both of them, whatever they
// weigh. None if there is nothing to weigh by.
Pair weightedDraws(const sluice::Candidates& candidates, Random& random) {
    Pair drawn;
    double sum = 0;
    for (const auto candidate : candidates) {
        const double weight = candidate.weight().value_or(0);
        if (weight <= 0) continue;
        sum += weight;
        const uint64_t bits = random.bits();
        if (static_cast<double>(bits >> 32) * 0x1.0p-32 * sum < weight) drawn.first = candidate.index();
        if (static_cast<double>(bits & UINT32_MAX) * 0x1.0p-32 * sum < weight)
            drawn.second = candidate.index();
    }
    return std::isfinite(sum) ? drawn : Pair{};
}

// How long a request would take at `it`, in microseconds times requests. Of whom nothing is known the first
// request costs nothing, so that it is tried; until that one is answered it counts as the other one does,
// so that not everybody tries it.
double loadOf(const sluice::Candidate& it, const sluice::Candidate& other) {
    uint64_t latency = it.latencyUs();
    if (latency == 0) {
        if (it.inFlight() == 0) return 0;
        latency = other.latencyUs() > 0 ? other.latencyUs() : 1;
    }
    return static_cast<double>(latency) * (static_cast<double>(it.inFlight()) + 1);
}

int32_t lessLoaded(const sluice::Candidates& candidates, uint32_t a, uint32_t b) {
    if (a == b || b == kNone) return static_cast<int32_t>(a);
    const sluice::Candidate first(candidates.raw(), a);
    const sluice::Candidate second(candidates.raw(), b);
    return static_cast<int32_t>(loadOf(second, first) < loadOf(first, second) ? b : a);
}

}  // namespace

int32_t choose(const sluice::Candidates& candidates, uint64_t bits) {
    const auto begin = candidates.begin();
    if (!(begin != candidates.end())) return SLUICE_E_UNAVAILABLE;
    Random random(bits);
    if ((*begin).weight()) {  // as in simple-shuffle, the first one says whether weights count
        const Pair drawn = weightedDraws(candidates, random);
        if (drawn.first != kNone) return lessLoaded(candidates, drawn.first, drawn.second);
    }
    const uint32_t a = evenDraw(candidates, kNone, random);
    return lessLoaded(candidates, a, evenDraw(candidates, a, random));
}

}  // namespace router_peak_ewma
