#include "plugin_host/interval_timers.h"

#include <atomic>
#include <future>

using namespace sluice;
using base::milliseconds;
using host::IntervalTimers;

namespace {

// Waits until `met`, at most 200 ms: time is the subject here.
template <class Condition>
bool soon(Condition&& met) {
    const auto deadline = base::Clock::now() + milliseconds(200);
    while (!met()) {
        if (base::Clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace

TEST_CASE("a job runs at each interval, not before the first", "[plugin_host]") {
    base::Offload offload(2, 16);
    IntervalTimers timers(offload);
    std::atomic<int> runs{0};
    const auto start = base::Clock::now();
    std::atomic<int64_t> first_us{-1};
    CHECK(timers.every(milliseconds(10), [&] {
        if (runs++ == 0)
            first_us =
                std::chrono::duration_cast<std::chrono::microseconds>(base::Clock::now() - start).count();
    }) > 0);
    CHECK(soon([&] { return runs >= 3; }));
    CHECK(first_us >= 10'000);
}

TEST_CASE("after cancel the job runs no more", "[plugin_host]") {
    base::Offload offload(2, 16);
    IntervalTimers timers(offload);
    std::atomic<int> runs{0};
    const auto id = timers.every(milliseconds(10), [&] { ++runs; });
    REQUIRE(soon([&] { return runs >= 1; }));
    CHECK(timers.cancel(id));
    const int then = runs;
    CHECK_FALSE(timers.cancel(id));
    CHECK_FALSE(timers.cancel(12345));
    CHECK_FALSE(soon([&] { return runs != then; }));
}

TEST_CASE("cancel waits for a job that runs", "[plugin_host]") {
    base::Offload offload(2, 16);
    IntervalTimers timers(offload);
    std::promise<void> started;
    std::promise<void> may_end;
    std::atomic<bool> ended{false};
    std::atomic<bool> once{false};
    const auto id = timers.every(milliseconds(10), [&] {
        if (once.exchange(true)) return;
        started.set_value();
        may_end.get_future().wait();
        ended = true;
    });
    started.get_future().wait();
    std::atomic<bool> cancelled{false};
    std::thread canceller([&] {
        CHECK(timers.cancel(id));
        cancelled = true;
    });
    CHECK_FALSE(cancelled);
    may_end.set_value();
    canceller.join();
    CHECK(ended);
}

TEST_CASE("a job that is late is skipped, never run twice at once", "[plugin_host]") {
    base::Offload offload(4, 16);
    IntervalTimers timers(offload);
    std::atomic<int> at_once{0}, most{0}, runs{0};
    const auto id = timers.every(milliseconds(10), [&] {
        most = std::max(most.load(), ++at_once);
        const auto until = base::Clock::now() + milliseconds(25);
        while (base::Clock::now() < until) std::this_thread::yield();
        --at_once;
        ++runs;
    });
    CHECK(soon([&] { return runs >= 3; }));
    CHECK(timers.cancel(id));
    CHECK(most == 1);
}

TEST_CASE("timers do not hold each other up", "[plugin_host]") {
    base::Offload offload(2, 16);
    IntervalTimers timers(offload);
    std::promise<void> may_end;
    const auto end = may_end.get_future().share();
    std::atomic<int> quick{0};
    timers.every(milliseconds(10), [end] { end.wait(); });
    timers.every(milliseconds(10), [&] { ++quick; });
    CHECK(soon([&] { return quick >= 3; }));
    may_end.set_value();
}

TEST_CASE("a job that throws does not keep its timer from being cancelled", "[plugin_host]") {
    auto offload = std::make_shared<base::Offload>(1, 16);
    auto timers = std::make_shared<IntervalTimers>(*offload);
    auto runs = std::make_shared<std::atomic<int>>(0);
    const auto id = timers->every(milliseconds(10), [runs] {
        ++*runs;
        throw std::runtime_error("thrown by a test, on purpose");
    });
    REQUIRE(soon([&] { return *runs >= 1; }));
    // On a thread of its own, because a cancel that never returns must not hang the tests.
    auto cancelled = std::make_shared<std::promise<bool>>();
    auto answer = cancelled->get_future();
    std::thread([offload, timers, cancelled, id] { cancelled->set_value(timers->cancel(id)); }).detach();
    const bool returned = answer.wait_for(milliseconds(200)) == std::future_status::ready;
    CHECK(returned);
    if (!returned) new std::pair(offload, timers);  // left behind: their destructors would hang as well
}
