// The event loop: one a core, one thread, epoll. It owns fibers, timers and the watches on file descriptors;
// all of them are touched from its own thread only. The one way in from outside is post().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/fiber.h"
#include "base/stack_pool.h"
#include "base/timer_wheel.h"

namespace sluice::base {

class FdWatch;

class Loop {
public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// The loop of this thread; null on other threads.
    static Loop* current();

    /// Runs until stop() was called and the last fiber has ended.
    void run();

    /// Interrupts every fiber, now and when it next waits, and ends run() when they have gone. [any thread]
    void stop();

    /// Runs `job` on the loop, outside of any fiber; it must not wait. [any thread]
    void post(std::function<void()> job);

    /// Starts a fiber. It runs after the caller parks or returns to the loop. [loop]
    Fiber& spawn(std::function<void()> body);

    /// Time of this turn of the loop: cheap, at most one turn old. [loop]
    TimePoint now() const { return now_; }
    size_t fibers() const { return fiber_count_.load(std::memory_order_relaxed); }

    // --- for the watchdog ---
    /// Odd while a fiber runs, and different for each run. [any thread]
    uint64_t runTicks() const { return run_ticks_.load(std::memory_order_relaxed); }
    /// Who runs: a plugin's id while one of its hooks does, else null. The text lives as long as the process.
    /// [any thread]
    const char* runningLabel() const { return label_.load(std::memory_order_acquire); }
    void setRunningLabel(const char* label) { label_.store(label, std::memory_order_release); }

private:
    friend class Fiber;
    friend class FdWatch;

    void turn();
    void watchNew();
    size_t runReady();
    void runLater(size_t count);
    void run(Fiber* fiber);
    void runPosted();
    void expireTimers();
    void finish(Fiber* fiber);
    void dispatch(void* tag, uint32_t events);

    int epoll_fd_;
    int wake_fd_;
    TimePoint now_;
    StackPool stacks_;  // outlives the fibers
    TimerWheel timers_;
    std::vector<Fiber*> ready_;
    std::vector<Fiber*> running_;
    std::vector<FdWatch*> unwatched_;  // the kernel does not know them yet
    std::vector<Fiber*> later_;        // ready, too, but of Rank::Later
    Fiber* all_ = nullptr;             // intrusive list of every fiber
    std::atomic<size_t> fiber_count_{0};
    bool stopping_ = false;
    std::mutex post_mutex_;
    std::vector<std::function<void()>> posted_;  // guarded by post_mutex_
    std::atomic<bool> post_pending_{false};
    std::atomic<uint64_t> run_ticks_{0};
    std::atomic<const char*> label_{nullptr};
};

}  // namespace sluice::base
