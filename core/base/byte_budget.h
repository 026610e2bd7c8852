// Memory that many hold for one purpose, all loops together: each has a share, and the sum of the shares has
// a bound.
#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::base {

class ByteBudget {
public:
    /// What one of them holds up to here is not counted: many large ones do not shut out small ones.
    static constexpr uint64_t kFree = 64 * 1024;

    class Share {
    public:
        /// The budget outlives the share.
        Share(ByteBudget& budget, uint64_t max) : budget_(budget), max_(max) {}
        ~Share() { budget_.used_.fetch_sub(held_, std::memory_order_relaxed); }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;

        /// `bytes` are held from now on, if that leaves all shares together below the bound; otherwise false,
        /// and nothing has changed. [any thread]
        [[nodiscard]] bool grow(uint64_t bytes) {
            if (bytes <= kFree || bytes <= held_) return true;
            const uint64_t more = bytes - held_;
            if (budget_.used_.fetch_add(more, std::memory_order_relaxed) + more > max_) {
                budget_.used_.fetch_sub(more, std::memory_order_relaxed);
                return false;
            }
            held_ = bytes;
            return true;
        }

    private:
        ByteBudget& budget_;
        const uint64_t max_;
        uint64_t held_ = 0;
    };

    uint64_t used() const { return used_.load(std::memory_order_relaxed); }

private:
    std::atomic<uint64_t> used_{0};
};

}  // namespace sluice::base
