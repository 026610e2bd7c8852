// When has a burst of large bodies gone by? The allocator keeps what lies between smaller blocks of those
// that stay; that goes back to the system then, and not while the next body would only fault it in again.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace sluice::base {

/// For one thread.
class AfterBurst {
public:
    static constexpr uint64_t kBurst = 64ull * 1024 * 1024;  // as much at once is one
    static constexpr uint64_t kCalm = kBurst / 8;            // and less than that is its end
    static constexpr milliseconds kFor{2000};                // if it stays like that

    /// `used`: bytes that bodies take now. True once for each burst, at its end.
    bool over(uint64_t used, TimePoint now) {
        burst_ = burst_ || used >= kBurst;
        if (used >= kCalm) calm_since_ = now;
        if (!burst_ || now - calm_since_ < kFor) return false;
        burst_ = false;
        return true;
    }

private:
    bool burst_ = false;
    TimePoint calm_since_{};
};

}  // namespace sluice::base
