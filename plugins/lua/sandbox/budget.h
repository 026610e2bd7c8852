// What one run of a script may use: steps, time and memory, and the kill when it is used up.
//
// A step is about one instruction of the virtual machine: 20 ns of the processor, a comparison of the pattern
// matcher, 16 bytes that are copied. Library functions take steps off, because no hook runs while they do; so
// does the allocator, because `..` is one instruction whatever its length. What the machine itself does is
// measured in time: an alarm rings when the steps, or the time, would be used up, and sets a hook that raises
// the kill before the next instruction. Where there is no alarm (see alarm.h), a count hook takes a step off
// for each instruction.
//
// A kill is sticky: once it is set, every hook and every function that could catch an error raises it again,
// so the script ends, whatever it does. One thread at a time, that which runs the state; its alarm interrupts
// it, and touches only what is atomic here.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <lua.hpp>

#include "alarm.h"

namespace lua_policy {

struct Limits {
    uint64_t steps = 1'000'000;             // of one call of a hook
    std::chrono::milliseconds time{20};     // of one call on the processor; ten times that on the clock
    size_t memory_bytes = 8 * 1024 * 1024;  // of one state, always
};

enum class Kill : uint8_t { None, Steps, Time, Memory };

/// "used up its 1000000 steps"; for people.
const char* name(Kill kill);

class Budget {
public:
    using Clock = std::chrono::steady_clock;

    explicit Budget(size_t memory_bytes) : memory_max_(memory_bytes) {}

    static Budget& of(lua_State* L);

    void begin(lua_State* L, const Limits& limits);
    void end(lua_State* L);

    Kill killed() const { return killed_.load(std::memory_order_relaxed); }
    /// Of instructions only what was counted: without an alarm.
    uint64_t stepsUsed() const {
        return steps_max_ - static_cast<uint64_t>(steps_left_ > 0 ? steps_left_ : 0);
    }
    size_t memory() const { return memory_; }
    size_t memoryMax() const { return memory_max_; }

    /// Takes steps off; raises the kill in L if there are none left, or if time is up.
    void charge(lua_State* L, uint64_t steps) {
        steps_left_ -= static_cast<int64_t>(steps);
        unchecked_ += steps;
        if (killed() != Kill::None || steps_left_ < 0 || unchecked_ >= kStepsBetweenClocks) check(L);
    }
    /// For work over that many bytes.
    void chargeBytes(lua_State* L, size_t bytes) { charge(L, 1 + bytes / 16); }
    /// Raises the kill in L if there is one.
    void rethrow(lua_State* L) {
        if (killed() != Kill::None) raise(L);
    }
    /// That thread of the state runs from now on: coroutine.resume says it. Returns the one before.
    lua_State* running(lua_State* L);
    /// Raises an error in L if little is left of the C stack: before every call from C into a script.
    void guardStack(lua_State* L) const;

    /// Looks at the clock now: after work whose length nobody can tell beforehand.
    void lookAtClock(lua_State* L) { check(L); }
    /// What is large now stays so until keepLarge() is called again; what a run adds is forgotten with
    /// forgetLarge().
    void keepLarge() { largest_kept_ = largest_; }
    void forgetLarge() { largest_ = largest_kept_; }

    /// Called from now on after each slice of time that a script runs, where it may wait: others of the
    /// thread run then. Null: nobody.
    using Pause = void (*)(lua_State* L);
    void setPause(Pause pause) { pause_ = pause; }

    /// Around a wait in which the script does not run: its time is not the script's.
    void beginWait();
    void endWait();

    static void* allocate(void* self, void* block, size_t old_size, size_t size);
    static void onCount(lua_State* L, lua_Debug*);

private:
    static constexpr uint64_t kStepsBetweenClocks = 1000;
    static constexpr int kInterval = 1000;  // instructions between two hooks, where they count
    static constexpr std::chrono::nanoseconds kStep{20};
    static constexpr std::chrono::nanoseconds kSlice{2'000'000};
    static constexpr size_t kLargeBlock = 64 * 1024;  // a block from which on one instruction may take long
    static constexpr size_t kStackMax = 96 * 1024;    // of a fiber's 256 KiB; see guardStack

    void check(lua_State* L);
    [[noreturn]] static void raise(lua_State* L);
    void setKill(Kill kill);
    void setHook(lua_State* L) const;
    void setAlarm(std::chrono::nanoseconds in);
    void onRing(lua_State* L);
    static void onAlarm(void* self, Alarm& alarm);
    bool timeIsUp();
    std::chrono::nanoseconds processorTimeUsed();
    /// On the processor, until the alarm rings.
    std::chrono::nanoseconds alarmMax() const {
        return std::min<std::chrono::nanoseconds>(time_max_, static_cast<int64_t>(steps_max_) * kStep);
    }
    bool grow(size_t before, size_t size);
    int intervalNow() const;

    size_t memory_ = 0, memory_max_;
    size_t largest_ = 0, largest_kept_ = 0;  // blocks that one instruction may work on
    int interval_ = kInterval;
    uint32_t refusals_ = 0;
    bool refused_ = false;  // the last time that somebody asked for memory
    int64_t steps_left_ = INT64_MAX / 2;
    uint64_t steps_max_ = 0, unchecked_ = 0;
    std::atomic<Kill> killed_{Kill::None};
    bool active_ = false;
    std::atomic<bool> pause_due_{false};
    std::atomic<lua_State*> running_{nullptr};
    const char* stack_ = nullptr;
    // The clock is cheap to ask, the processor's time is not: it is asked from the first ring on, or when the
    // clock says that time is up. During a wait these are what is left of them.
    Clock::time_point deadline_ = Clock::time_point::max(), last_deadline_ = Clock::time_point::max();
    Alarm* alarm_ = nullptr;  // of a run that does not count instructions
    std::chrono::nanoseconds time_max_{}, processor_began_{};
    Clock::time_point began_{};
    std::atomic<bool> processor_known_{false};  // processor_began_ is
    Pause pause_ = nullptr;
};
}  // namespace lua_policy
