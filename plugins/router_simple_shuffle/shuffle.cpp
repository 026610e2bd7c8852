#include "shuffle.h"

#include <array>
#include <cmath>
#include <vector>

namespace router_simple_shuffle {
namespace {

using Attribute = double sluice_candidate::*;

// In the order in which they are asked.
constexpr std::array<Attribute, 3> kAttributes{&sluice_candidate::weight, &sluice_candidate::rpm,
                                               &sluice_candidate::tpm};

// Null if it has none of them.
Attribute firstAttributeOf(const sluice_candidate& candidate) {
    for (const Attribute attribute : kAttributes) {
        if (candidate.*attribute >= 0) return attribute;
    }
    return nullptr;
}

// The first available candidate from `from` on; a host of ABI 1.0 is asked one by one.
uint32_t nextOf(const sluice_candidates& candidates, uint32_t from) {
    const sluice_candidates* all = &candidates;
    if (SLUICE_HAS(all, next)) return all->next(all, from);
    while (from < candidates.count && !candidates.available(&candidates, from)) ++from;
    return from;
}

uint64_t mixed(uint64_t bits) {  // splitmix64's finalizer
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
}

// Each of them is as likely as any other. Mostly nearly all are available, and the first throw hits one: then
// a group of a hundred costs what one of two does.
int32_t chooseEvenly(const sluice_candidates& candidates, uint64_t random) {
    constexpr int kThrows = 8;
    for (int i = 0; i < kThrows; ++i, random = mixed(random + 0x9e3779b97f4a7c15)) {
        const auto k = static_cast<uint32_t>(((random >> 32) * candidates.count) >> 32);
        if (candidates.available(&candidates, k)) return static_cast<int32_t>(k);
    }
    uint32_t left = 0;
    for (uint32_t i = nextOf(candidates, 0); i < candidates.count; i = nextOf(candidates, i + 1)) ++left;
    if (left == 0) return SLUICE_E_UNAVAILABLE;
    uint32_t i = nextOf(candidates, 0);
    for (auto k = ((random >> 32) * left) >> 32; k > 0; --k) i = nextOf(candidates, i + 1);
    return static_cast<int32_t>(i);
}

// Of all that are available, in order; negative is the ABI's "not set" and counts as 0. What the last choice
// used is kept for its memory.
std::vector<double>& weightsOf(const sluice_candidates& candidates, Attribute attribute, double& total) {
    thread_local std::vector<double> weights;
    weights.clear();
    total = 0;
    for (uint32_t i = nextOf(candidates, 0); i < candidates.count; i = nextOf(candidates, i + 1)) {
        const double value = candidates.at(&candidates, i)->*attribute;
        weights.push_back(value > 0 ? value : 0);
        total += weights.back();
    }
    return weights;
}

}  // namespace

int32_t choose(const sluice_candidates& candidates, uint64_t random) {
    const uint32_t first = nextOf(candidates, 0);
    if (first >= candidates.count) return SLUICE_E_UNAVAILABLE;
    // The first available deployment decides for all of them.
    const Attribute attribute = firstAttributeOf(*candidates.at(&candidates, first));
    if (!attribute) return chooseEvenly(candidates, random);
    double total = 0;
    const auto& weights = weightsOf(candidates, attribute, total);
    // All zero, or .inf in the configuration: nothing to weigh by.
    if (!(total > 0 && std::isfinite(total))) return chooseEvenly(candidates, random);
    // 53 bits are what a double holds: [0, 1) without rounding up to 1.
    double left = static_cast<double>(random >> 11) * 0x1.0p-53 * total;
    uint32_t last = first;
    uint32_t i = first;
    for (const double weight : weights) {
        if (weight > 0) last = i;
        if (weight > 0 && left < weight) break;
        left -= weight;
        i = nextOf(candidates, i + 1);
    }
    return static_cast<int32_t>(last);  // past the end only by rounding: then the last one that has a weight
}

}  // namespace router_simple_shuffle
