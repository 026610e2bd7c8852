// What was counted in the last `span` milliseconds, in thirteen slots of a twelfth of it: the one that runs
// and the twelve before, the oldest of which counts whole.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace counters {

class Window {
public:
    static constexpr int64_t kParts = 12;

    int64_t used(int64_t now_ms, int64_t span_ms) {
        advance(now_ms, span_ms);
        int64_t sum = 0;
        for (const int64_t slot : slots_) sum += slot;
        return sum;
    }
    void add(int64_t amount, int64_t now_ms, int64_t span_ms) {
        advance(now_ms, span_ms);
        slots_[place(newest_)] += amount;
    }
    /// Less than was taken goes where it was taken from; more goes into the slot that runs.
    void correct(int64_t by, int64_t taken_at_ms, int64_t now_ms, int64_t span_ms) {
        advance(now_ms, span_ms);
        const int64_t then = number(taken_at_ms, span_ms);
        if (by >= 0) {
            slots_[place(newest_)] += by;
        } else if (then > newest_ - kSlots && then <= newest_) {
            slots_[place(then)] = std::max<int64_t>(0, slots_[place(then)] + by);
        }
    }
    /// From now until something falls out; 0 if there is nothing.
    int64_t resetMs(int64_t now_ms, int64_t span_ms) {
        advance(now_ms, span_ms);
        for (int64_t slot = newest_ - kSlots + 1; slot <= newest_; ++slot) {
            if (slot >= 0 && slots_[place(slot)] > 0) return (slot + kSlots) * width(span_ms) - now_ms;
        }
        return 0;
    }

private:
    static constexpr int64_t kSlots = kParts + 1;
    static int64_t width(int64_t span_ms) { return std::max<int64_t>(1, span_ms / kParts); }
    static int64_t number(int64_t time_ms, int64_t span_ms) { return time_ms / width(span_ms); }
    static size_t place(int64_t slot) { return static_cast<size_t>(slot % kSlots); }

    // A clock that steps back changes nothing: what is newest stays so.
    void advance(int64_t now_ms, int64_t span_ms) {
        const int64_t current = number(now_ms, span_ms);
        if (current <= newest_) return;
        const int64_t fresh = std::min(current - newest_, kSlots);
        for (int64_t i = 0; i < fresh; ++i) slots_[place(current - i)] = 0;
        newest_ = current;
    }

    int64_t newest_ = 0;
    std::array<int64_t, kSlots> slots_{};
};

}  // namespace counters
