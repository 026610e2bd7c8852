#include "base/loop.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <fstream>
#include <thread>

#include "base/fd_watch.h"
#include "base/sanitize.h"
#include "support/on_loop.h"

using namespace sluice::base;
using sluice::test::onLoop;
using sluice::test::yieldOnce;

namespace {

#if defined(SLUICE_ASAN) || defined(SLUICE_TSAN)
constexpr bool kSanitized = true;  // they map memory of their own
#else
constexpr bool kSanitized = false;
#endif

size_t memoryMappings() {
    std::ifstream maps("/proc/self/maps");
    size_t lines = 0;
    for (std::string line; std::getline(maps, line);) ++lines;
    return lines;
}

}  // namespace

TEST_CASE("stop() interrupts every fiber and run() ends when they have gone", "[base]") {
    Loop loop;
    int interrupted = 0;
    for (int i = 0; i < 5; ++i) {
        loop.spawn([&] { interrupted += Fiber::park(kNever) == Wake::Interrupted ? 1 : 0; });
    }
    loop.post([&] { loop.stop(); });
    loop.run();
    CHECK(interrupted == 5);
    CHECK(loop.fibers() == 0);
}

TEST_CASE("a fiber that is born while the loop stops is born interrupted", "[base]") {
    Loop loop;
    bool late_interrupted = false;
    loop.spawn([&] {
        (void)Fiber::park(kNever);
        loop.spawn([&] { late_interrupted = Fiber::park(kNever) == Wake::Interrupted; });
    });
    loop.post([&] { loop.stop(); });
    loop.run();
    CHECK(late_interrupted);
}

TEST_CASE("run() waits for a fiber that cleans up without being interruptible", "[base]") {
    Loop loop;
    bool cleaned = false;
    loop.spawn([&] {
        (void)Fiber::park(kNever);
        CHECK(Fiber::park(Clock::now() + milliseconds(5), false) == Wake::Timeout);
        cleaned = true;
    });
    loop.post([&] { loop.stop(); });
    loop.run();
    CHECK(cleaned);
}

TEST_CASE("stop() reaches a sleeping loop from another thread", "[base]") {
    Loop loop;
    bool ended = false;
    loop.spawn([&] { ended = Fiber::park(kNever) == Wake::Interrupted; });
    std::thread other([&] { loop.stop(); });
    loop.run();
    other.join();
    CHECK(ended);
}

TEST_CASE("jobs posted by many threads all run, in the order of each thread", "[base]") {
    constexpr int kThreads = 4, kJobs = 5'000;
    Loop loop;
    std::vector<int> last(kThreads, -1);
    int ran = 0, disorder = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < kJobs; ++i) {
                loop.post([&, t, i] {
                    disorder += last[static_cast<size_t>(t)] == i - 1 ? 0 : 1;
                    last[static_cast<size_t>(t)] = i;
                    if (++ran == kThreads * kJobs) loop.stop();
                });
            }
        });
    }
    loop.run();
    for (auto& thread : threads) thread.join();
    CHECK(ran == kThreads * kJobs);
    CHECK(disorder == 0);
}

TEST_CASE("a job that is posted by a job runs later, and does not starve fibers", "[base]") {
    onLoop([](Loop& loop) {
        int posts = 0;
        std::function<void()> again = [&] {
            if (++posts < 1'000) loop.post(again);
        };
        loop.post(again);
        CHECK(Fiber::park(Clock::now() + milliseconds(1)) == Wake::Timeout);
        while (posts < 1'000) yieldOnce(loop);
    });
}

TEST_CASE("a timer fires while other fibers keep the loop busy", "[base]") {
    onLoop([](Loop& loop) {
        bool over = false;
        for (int i = 0; i < 3; ++i) {
            loop.spawn([&] {
                while (!over) yieldOnce(loop);
            });
        }
        const auto start = Clock::now();
        CHECK(Fiber::park(start + milliseconds(10)) == Wake::Timeout);
        CHECK(toMillis(Clock::now() - start) < 60);
        over = true;
        yieldOnce(loop);
    });
}

TEST_CASE("a timer does not wait longer because a fiber worked before", "[base]") {
    onLoop([](Loop& loop) {
        double late_ms = -1;
        loop.spawn([&] {
            const auto deadline = Clock::now() + milliseconds(60);
            (void)Fiber::park(deadline);
            late_ms = toMillis(Clock::now() - deadline);
        });
        const auto busy_until = Clock::now() + milliseconds(40);
        yieldOnce(loop);
        while (Clock::now() < busy_until) continue;  // holds the loop, as a slow plugin does
        (void)Fiber::park(Clock::now() + milliseconds(100));
        CHECK(late_ms >= 0);
        CHECK(late_ms < 25);
    });
}

TEST_CASE("stacks are reused: a thousand fibers in a row need no new mappings", "[base]") {
    onLoop([](Loop& loop) {
        for (int i = 0; i < 10; ++i) loop.spawn([] {});
        yieldOnce(loop);
        const size_t before = memoryMappings();
        for (int i = 0; i < 1'000; ++i) {
            loop.spawn([] {});
            yieldOnce(loop);
        }
        if (!kSanitized) CHECK(memoryMappings() <= before + 4);
    });
}

TEST_CASE("thousands of fibers at once, and their memory is given back", "[base]") {
    const size_t before = memoryMappings();
    onLoop([](Loop& loop) {
        std::vector<Fiber*> parked;
        for (int i = 0; i < 2'000; ++i) parked.push_back(&loop.spawn([] { (void)Fiber::park(kNever); }));
        yieldOnce(loop);
        CHECK(loop.fibers() == 2'001);
        for (Fiber* fiber : parked) fiber->wake();
        yieldOnce(loop);
        CHECK(loop.fibers() == 1);
    });
    if (!kSanitized) CHECK(memoryMappings() <= before + 16);
}

TEST_CASE("the watchdog sees whether a fiber runs, and which plugin", "[base]") {
    Loop loop;
    CHECK(loop.runTicks() % 2 == 0);
    CHECK(loop.runningLabel() == nullptr);
    uint64_t first = 0, second = 0;
    loop.spawn([&] {
        first = loop.runTicks();
        loop.setRunningLabel("guard_pii");
        CHECK(loop.runningLabel() == std::string("guard_pii"));
        loop.setRunningLabel(nullptr);
        (void)Fiber::park(Clock::now() + milliseconds(1));
        second = loop.runTicks();
        loop.stop();
    });
    loop.run();
    CHECK(first % 2 == 1);
    CHECK(second % 2 == 1);
    CHECK(first != second);
    CHECK(loop.runTicks() % 2 == 0);
}

TEST_CASE("who waits for a first byte goes before those who read along", "[base]") {
    std::vector<char> order;
    onLoop([&](Loop& loop) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_NONBLOCK) == 0);
        std::vector<Fiber*> readers;
        for (int i = 0; i < 100; ++i) {
            readers.push_back(&loop.spawn([&] {
                Fiber::current()->setRank(Rank::Later);
                (void)Fiber::park(kNever);
                order.push_back('l');
                // The network has news while the first of them runs.
                if (order.size() == 1) CHECK(::write(ends[1], "x", 1) == 1);
            }));
        }
        loop.spawn([&] {
            FdWatch watch(loop, ends[0]);
            watch.drained();
            CHECK(watch.waitReadable(Clock::now() + milliseconds(5000)) == Wake::Ready);
            order.push_back('f');
        });
        yieldOnce(loop);
        for (Fiber* reader : readers) reader->wake();
        while (order.size() < 101) yieldOnce(loop);
        ::close(ends[0]);
        ::close(ends[1]);
    });
    const auto first = std::find(order.begin(), order.end(), 'f');
    REQUIRE(first != order.end());
    CHECK(std::distance(order.begin(), first) < 50);
    CHECK(std::count(order.begin(), order.end(), 'l') == 100);
}

TEST_CASE("those who read along are not kept waiting by as many who come first", "[base]") {
    int turns = 0, later = 0;
    onLoop([&](Loop& loop) {
        Fiber& reader = loop.spawn([&] {
            Fiber::current()->setRank(Rank::Later);
            while (Fiber::park(kNever) == Wake::Ready) ++later;
        });
        // One of the first rank is ready at all times.
        for (; turns < 1'000; ++turns) {
            reader.wake();
            yieldOnce(loop);
        }
    });
    CHECK(later > turns / 20);
}

TEST_CASE("a fiber that yields goes on after those that are ready", "[base]") {
    std::string order;
    onLoop([&](Loop& loop) {
        loop.spawn([&] { order += 'a'; });
        loop.spawn([&] { order += 'b'; });
        Fiber::yield();
        order += 'c';
        Fiber::current()->interrupt();
        Fiber::yield();  // is no wait that an interrupt could end
        order += Fiber::current()->interrupted() ? 'd' : '-';
        Fiber::current()->clearInterrupt();
    });
    CHECK(order == "abcd");
}
