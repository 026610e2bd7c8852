#include "shuffle.h"

#include <array>
#include <cmath>

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

// What the choice is weighted by: the first available deployment decides for all of them.
Attribute decidingAttribute(const sluice_candidates& candidates) {
    for (uint32_t i = 0; i < candidates.count; ++i) {
        if (candidates.available(&candidates, i)) return firstAttributeOf(*candidates.at(&candidates, i));
    }
    return nullptr;
}

// Without an attribute all weigh the same. Negative is the ABI's "not set" and counts as 0.
double weightOf(const sluice_candidates& candidates, uint32_t i, Attribute attribute) {
    if (!candidates.available(&candidates, i)) return 0;
    if (!attribute) return 1;
    const double value = candidates.at(&candidates, i)->*attribute;
    return value > 0 ? value : 0;
}

double totalWeight(const sluice_candidates& candidates, Attribute attribute) {
    double sum = 0;
    for (uint32_t i = 0; i < candidates.count; ++i) sum += weightOf(candidates, i, attribute);
    return sum;
}

}  // namespace

int32_t choose(const sluice_candidates& candidates, uint64_t random) {
    Attribute attribute = decidingAttribute(candidates);
    double total = totalWeight(candidates, attribute);
    if (!(total > 0 &&
          std::isfinite(total))) {  // all zero, or .inf in the configuration: nothing to weigh by
        attribute = nullptr;
        total = totalWeight(candidates, attribute);
    }
    // 53 bits are what a double holds: [0, 1) without rounding up to 1.
    double left = static_cast<double>(random >> 11) * 0x1.0p-53 * total;
    int32_t last = SLUICE_E_UNAVAILABLE;
    for (uint32_t i = 0; i < candidates.count; ++i) {
        const double weight = weightOf(candidates, i, attribute);
        if (weight <= 0) continue;
        last = static_cast<int32_t>(i);
        if (left < weight) break;
        left -= weight;
    }
    return last;  // past the end only by rounding: then the last one that has a weight
}

}  // namespace router_simple_shuffle
