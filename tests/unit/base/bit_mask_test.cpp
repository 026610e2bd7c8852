#include "base/bit_mask.h"

#include <set>

#include <catch2/catch.hpp>

#include "base/random.h"

using sluice::base::BitMask;

TEST_CASE("a mask does what a set does, at every size", "[base]") {
    for (const size_t size : {0, 1, 63, 64, 65, 128, 255, 256, 257, 1000}) {
        BitMask mask(size, false);
        std::set<size_t> model;
        for (size_t i = 0; i < size; ++i) {
            const size_t at = sluice::base::randomBelow(size);
            if (i % 3) {
                mask.add(at);
                model.insert(at);
            } else {
                mask.remove(at);
                model.erase(at);
            }
        }
        std::set<size_t> seen;
        for (size_t i = mask.next(0); i < mask.size(); i = mask.next(i + 1)) seen.insert(i);
        CHECK(seen == model);
        CHECK(mask.count() == model.size());
        CHECK(mask.empty() == model.empty());
        BitMask all(size, true);
        CHECK(all.count() == size);
        all.drop(mask);
        CHECK(all.count() == size - model.size());
        all.keep(mask);
        CHECK(all.empty());
        CHECK_FALSE(all.has(size));
    }
}
