// For strategies: one of several candidates that are equally good, in one pass and without a list of them.
//
//   sluice::Draw draw(host.random());
//   for (const auto candidate : candidates) {
//       if (better) draw.restart();            // those before are out
//       if (asGood && draw.takes()) best = …;  // the n-th takes the place of the one before once in n times
//   }
#pragma once

#include <cstdint>

namespace sluice {

class Draw {
public:
    /// 64 uniform bits.
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

}  // namespace sluice
