// Deadlines by the ten thousand: a hashed wheel with one slot a millisecond. Arming and disarming cost a few
// instructions and no memory; an entry further away than one turn stays in its slot and is looked at once a
// turn.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"

namespace sluice::base {

/// Base of whatever waits for a deadline. Owned by the waiter, who must disarm it before it dies.
struct TimerNode {
    TimerNode* prev = nullptr;
    TimerNode* next = nullptr;
    TimePoint deadline{};
    bool armed() const { return prev != nullptr; }
};

class TimerWheel {
public:
    explicit TimerWheel(TimePoint start);

    void arm(TimerNode& node, TimePoint deadline);
    void disarm(TimerNode& node);

    /// Takes out one node whose deadline is at or before `now`; null when none is left. [loop]
    TimerNode* popExpired(TimePoint now);

    /// Milliseconds until the next slot with an entry, 0 if it is due, -1 if there is none.
    int nextTimeoutMs(TimePoint now) const;

private:
    static constexpr size_t kSlots = 4096;

    int64_t tickOf(TimePoint t) const;

    TimePoint start_;
    int64_t tick_ = 0;             // slots before this tick hold only entries of later turns
    TimerNode* cursor_ = nullptr;  // where popExpired goes on in the slot of tick_
    size_t count_ = 0;
    std::array<TimerNode, kSlots> slots_;       // list heads
    std::array<uint64_t, kSlots / 64> used_{};  // a bit a slot: may hold an entry
};

}  // namespace sluice::base
