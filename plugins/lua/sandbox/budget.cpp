#include "budget.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "sandbox.h"

namespace lua_policy {

namespace {

std::chrono::nanoseconds processorTime() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

const char* name(Kill kill) {
    switch (kill) {
        case Kill::None:
            return "none";
        case Kill::Steps:
            return "instructions";
        case Kill::Time:
            return "time";
        case Kill::Memory:
            return "memory";
    }
    return "none";
}

Budget& Budget::of(lua_State* L) { return Sandbox::of(L).budget(); }

void Budget::begin(lua_State* L, const Limits& limits) {
    const char here = 0;
    stack_ = &here;
    steps_max_ = limits.steps;
    steps_left_ = static_cast<int64_t>(limits.steps);
    unchecked_ = 0;
    refusals_ = 0;
    refused_ = false;
    killed_.store(Kill::None, std::memory_order_relaxed);
    time_max_ = limits.time;
    began_ = Clock::now();
    deadline_ = began_ + limits.time;
    last_deadline_ = deadline_ + 9 * limits.time;
    processor_known_.store(false, std::memory_order_relaxed);
    active_ = true;
    running_.store(L, std::memory_order_relaxed);
    pause_due_.store(false, std::memory_order_relaxed);
    interval_ = intervalNow();
    setAlarm(alarmMax());
}

void Budget::end(lua_State* L) {
    if (alarm_) alarm_->giveBack();
    alarm_ = nullptr;
    active_ = false;
    running_.store(nullptr, std::memory_order_relaxed);
    lua_sethook(L, nullptr, 0, 0);
}

void Budget::setAlarm(std::chrono::nanoseconds in) {
    alarm_ = Alarm::take(onAlarm, this);
    if (alarm_) return alarm_->set(std::min(in, kSlice));
    (void)processorTimeUsed();
    setHook(running_.load(std::memory_order_relaxed));
}

// It begins to be counted late, at the first ring at the latest: until then no more than a slice can have
// been used. An alarm that rings in the middle of this finds it not known yet, and says the same.
std::chrono::nanoseconds Budget::processorTimeUsed() {
    const auto now = processorTime();
    if (!processor_known_.load(std::memory_order_relaxed)) {
        processor_began_ = now - std::min<std::chrono::nanoseconds>(Clock::now() - began_, kSlice);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        processor_known_.store(true, std::memory_order_relaxed);
    }
    return now - processor_began_;
}

// In a signal handler: whatever the thread was at goes on after it.
void Budget::onAlarm(void* of, Alarm& alarm) {
    Budget& self = *static_cast<Budget*>(of);
    const auto used = self.processorTimeUsed();
    const auto rest = self.last_deadline_ - Clock::now();
    if (self.killed() == Kill::None && used < self.alarmMax() && rest.count() > 0) {
        const auto next = std::min<std::chrono::nanoseconds>(self.alarmMax() - used, rest);
        const bool slice_is_over = self.pause_ && used >= kSlice;
        alarm.set(self.pause_ && !slice_is_over ? std::min(next, kSlice - used) : next);
        if (!slice_is_over) return;
        self.pause_due_.store(true, std::memory_order_relaxed);
    } else if (self.killed() == Kill::None) {
        self.setKill(self.alarmMax() < self.time_max_ && rest.count() > 0 ? Kill::Steps : Kill::Time);
    }
    std::atomic_signal_fence(std::memory_order_seq_cst);
    self.setHook(self.running_.load(std::memory_order_relaxed));
}

void Budget::setKill(Kill kill) {
    killed_.store(kill, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

void Budget::setHook(lua_State* L) const {
    if (L) lua_sethook(L, onCount, LUA_MASKCOUNT, killed() == Kill::None && !alarm_ ? interval_ : 1);
}

void Budget::onCount(lua_State* L, lua_Debug*) {
    Budget& self = of(L);
    self.rethrow(L);
    if (self.alarm_) return self.onRing(L);
    const int passed = lua_gethookcount(L);
    if (passed != self.interval_) self.setHook(L);
    self.charge(L, static_cast<uint64_t>(std::max(passed, 1)));
    // A short interval passes quickly when its instructions are short, and slowly when they are not.
    if (passed < kInterval) self.check(L);
}

// The hook has done its work; a ring from here on sets it again.
void Budget::onRing(lua_State* L) {
    lua_sethook(L, nullptr, 0, 0);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    check(L);
    if (!pause_due_.exchange(false, std::memory_order_relaxed)) return;
    beginWait();
    pause_(L);
    endWait();
}

// A thread that others have kept from running has not used its time.
bool Budget::timeIsUp() {
    const auto now = Clock::now();
    if (now <= deadline_) return false;
    const auto used = processorTimeUsed();
    if (used >= time_max_ || now > last_deadline_) return true;
    deadline_ = now + std::chrono::duration_cast<Clock::duration>(time_max_ - used);
    return false;
}

void Budget::beginWait() {
    if (alarm_) alarm_->giveBack();
    alarm_ = nullptr;
    const auto used = processorTimeUsed();
    const auto now = Clock::now().time_since_epoch();
    deadline_ -= now;
    last_deadline_ -= now;
    processor_began_ = -used;
}

void Budget::endWait() {
    const auto now = Clock::now().time_since_epoch();
    deadline_ += now;
    last_deadline_ += now;
    const auto used = -processor_began_;
    processor_began_ += processorTime();
    setAlarm(alarmMax() - used);  // another script may have run on this thread, and may wait in its turn
}

void Budget::check(lua_State* L) {
    unchecked_ = 0;
    if (killed() == Kill::None) {
        if (steps_left_ < 0)
            setKill(Kill::Steps);
        else if (timeIsUp())
            setKill(Kill::Time);
    }
    rethrow(L);
}

void Budget::raise(lua_State* L) {
    lua_pushlightuserdata(L, nullptr);  // nobody sees it: whoever catches it raises it again
    lua_error(L);
    std::abort();  // lua_error does not return
}

// The alarm may ring at any point in here: either it finds L, or we find the kill.
lua_State* Budget::running(lua_State* L) {
    lua_State* before = running_.load(std::memory_order_relaxed);
    running_.store(L, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (!alarm_ || killed() != Kill::None || pause_due_.load(std::memory_order_relaxed)) setHook(L);
    return before;
}

void Budget::guardStack(lua_State* L) const {
    const char here = 0;
    if (stack_ && active_ && stack_ - &here > static_cast<ptrdiff_t>(kStackMax))
        luaL_error(L, "too many nested calls from C (stack overflow)");
}

// The larger what one instruction can work on, the fewer instructions may pass unwatched.
int Budget::intervalNow() const {
    if (largest_ <= kLargeBlock) return kInterval;
    return std::max<int>(2, static_cast<int>(static_cast<size_t>(kInterval) * kLargeBlock / largest_ / 4));
}

// True if there is room. Two refusals without a success in between mean that a full collection did not help.
bool Budget::grow(size_t before, size_t size) {
    if (memory_ - before + size > memory_max_) {
        if (!active_) return false;
        if ((refused_ || ++refusals_ > 4) && killed() == Kill::None) setKill(Kill::Memory);
        refused_ = true;
        steps_left_ -= static_cast<int64_t>(memory_ / 64);  // Lua collects everything now
        if (killed() == Kill::None && timeIsUp()) setKill(Kill::Time);
        return false;
    }
    refused_ = false;
    const bool had_steps = steps_left_ >= 0;
    steps_left_ -= static_cast<int64_t>((size - before) / 64);
    if (alarm_ && had_steps && steps_left_ < 0) setHook(running_.load(std::memory_order_relaxed));
    if (size > kLargeBlock && size > largest_) {
        largest_ = size;
        interval_ = intervalNow();
        if (!alarm_) setHook(running_.load(std::memory_order_relaxed));
    }
    return true;
}

void* Budget::allocate(void* self, void* block, size_t old_size, size_t size) {
    Budget& budget = *static_cast<Budget*>(self);
    const size_t before = block ? old_size : 0;  // without a block, old_size is the kind of the new object
    if (size == 0) {
        budget.memory_ -= before;
        std::free(block);
        return nullptr;
    }
    if (size > before && !budget.grow(before, size)) return nullptr;
    void* moved = std::realloc(block, size);
    if (!moved) return size <= before ? block : nullptr;
    budget.memory_ += size - before;
    return moved;
}

}  // namespace lua_policy
