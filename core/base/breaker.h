// Stops calling what keeps failing. After some failures in a row it opens; after a pause one call is let
// through to find out, and its outcome decides. Lock-free, for any thread.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace sluice::base {

class Breaker {
public:
    /// `failures` in a row open it for `pause`; 0 = never.
    Breaker(uint32_t failures, milliseconds pause) : failures_(failures), pause_(pause) {}

    /// May it be called now? Each true is followed by one record().
    bool allow(TimePoint now) {
        const auto until = open_until_.load(std::memory_order_relaxed);
        if (until == 0) return true;
        if (now.time_since_epoch().count() < until) return false;
        return !probing_.exchange(true, std::memory_order_acq_rel);  // one probe at a time
    }

    /// True if this call opened it.
    bool record(bool fine, TimePoint now) {
        if (fine) {
            if (in_a_row_.load(std::memory_order_relaxed) != 0) close();
            return false;
        }
        const uint32_t count = in_a_row_.fetch_add(1, std::memory_order_relaxed) + 1;
        if (failures_ == 0 || count < failures_) return false;
        const bool was_open = open_until_.exchange((now + pause_).time_since_epoch().count()) != 0;
        probing_.store(false, std::memory_order_release);
        return !was_open;
    }

    bool open() const { return open_until_.load(std::memory_order_relaxed) != 0; }

private:
    void close() {
        in_a_row_.store(0, std::memory_order_relaxed);
        open_until_.store(0, std::memory_order_relaxed);
        probing_.store(false, std::memory_order_release);
    }

    const uint32_t failures_;
    const milliseconds pause_;
    std::atomic<uint32_t> in_a_row_{0};
    std::atomic<Clock::rep> open_until_{0};  // 0 = closed
    std::atomic<bool> probing_{false};
};

}  // namespace sluice::base
