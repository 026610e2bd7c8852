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
    killed_ = Kill::None;
    time_max_ = limits.time;
    deadline_ = Clock::now() + limits.time;
    last_deadline_ = deadline_ + 9 * limits.time;
    processor_began_ = processorTime();
    active_ = true;
    running_ = L;
    interval_ = intervalNow();
    lua_sethook(L, onCount, LUA_MASKCOUNT, interval_);
}

void Budget::end(lua_State* L) {
    active_ = false;
    running_ = nullptr;
    lua_sethook(L, nullptr, 0, 0);
}

void Budget::onCount(lua_State* L, lua_Debug*) {
    Budget& self = of(L);
    const int passed = lua_gethookcount(L);
    if (passed != self.interval_) lua_sethook(L, onCount, LUA_MASKCOUNT, self.interval_);
    self.charge(L, static_cast<uint64_t>(std::max(passed, 1)));
    // A short interval passes quickly when its instructions are short, and slowly when they are not.
    if (passed < kInterval) self.check(L);
}

// A thread that others have kept from running has not used its time.
bool Budget::timeIsUp() {
    const auto now = Clock::now();
    if (now <= deadline_) return false;
    const auto used = processorTime() - processor_began_;
    if (used >= time_max_ || now > last_deadline_) return true;
    deadline_ = now + std::chrono::duration_cast<Clock::duration>(time_max_ - used);
    return false;
}

void Budget::beginWait() {
    wait_began_ = Clock::now();
    processor_wait_began_ = processorTime();
}

void Budget::endWait() {
    const auto waited = Clock::now() - wait_began_;
    deadline_ += waited;
    last_deadline_ += waited;
    processor_began_ += processorTime() - processor_wait_began_;
}

void Budget::check(lua_State* L) {
    unchecked_ = 0;
    if (killed_ == Kill::None) {
        if (steps_left_ < 0)
            killed_ = Kill::Steps;
        else if (timeIsUp())
            killed_ = Kill::Time;
    }
    rethrow(L);
}

void Budget::raise(lua_State* L) {
    lua_pushlightuserdata(L, nullptr);  // nobody sees it: whoever catches it raises it again
    lua_error(L);
    std::abort();  // lua_error does not return
}

lua_State* Budget::running(lua_State* L) {
    lua_State* before = running_;
    running_ = L;
    if (L) lua_sethook(L, onCount, LUA_MASKCOUNT, interval_);
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
        if (refused_ || ++refusals_ > 4) killed_ = killed_ == Kill::None ? Kill::Memory : killed_;
        refused_ = true;
        steps_left_ -= static_cast<int64_t>(memory_ / 64);  // Lua collects everything now
        if (killed_ == Kill::None && timeIsUp()) killed_ = Kill::Time;
        return false;
    }
    refused_ = false;
    steps_left_ -= static_cast<int64_t>((size - before) / 64);
    if (size > kLargeBlock && size > largest_) {
        largest_ = size;
        interval_ = intervalNow();
        if (running_) lua_sethook(running_, onCount, LUA_MASKCOUNT, interval_);
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
