#include "base/fiber.h"

#include "base/loop.h"
#include "support/on_loop.h"

using namespace sluice::base;
using sluice::test::onLoop;
using sluice::test::yieldOnce;

namespace {

TimePoint in(int ms) { return Clock::now() + milliseconds(ms); }

}  // namespace

TEST_CASE("there is no current fiber outside of fibers", "[base]") {
    CHECK(Fiber::current() == nullptr);
    CHECK(Loop::current() == nullptr);
    onLoop([](Loop& loop) {
        CHECK(Fiber::current() != nullptr);
        CHECK(Loop::current() == &loop);
        CHECK(&Fiber::current()->loop() == &loop);
    });
    CHECK(Fiber::current() == nullptr);
    CHECK(Loop::current() == nullptr);
}

TEST_CASE("fibers run in the order of their birth, after the one that made them parks", "[base]") {
    std::vector<int> order;
    onLoop([&](Loop& loop) {
        for (int i = 1; i <= 3; ++i) {
            loop.spawn([&order, i] { order.push_back(i); });
        }
        order.push_back(0);
        yieldOnce(loop);
    });
    CHECK(order == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("a parked fiber wakes up when it is woken", "[base]") {
    onLoop([](Loop& loop) {
        Fiber* self = Fiber::current();
        loop.spawn([self] { self->wake(); });
        CHECK(Fiber::park(in(5000)) == Wake::Ready);
    });
}

TEST_CASE("wake() on a fiber that is not parked is forgotten", "[base]") {
    onLoop([](Loop&) {
        Fiber::current()->wake();
        CHECK(Fiber::park(in(2)) == Wake::Timeout);
    });
}

TEST_CASE("a fiber that is woken twice runs once", "[base]") {
    onLoop([](Loop& loop) {
        int runs = 0;
        Fiber& sleeper = loop.spawn([&] {
            while (Fiber::park(kNever) == Wake::Ready) ++runs;
        });
        yieldOnce(loop);
        sleeper.wake();
        sleeper.wake();
        yieldOnce(loop);
        CHECK(runs == 1);
    });
}

TEST_CASE("park times out, never early and not much late", "[base]") {
    onLoop([](Loop&) {
        for (const int ms : {0, 1, 2, 7, 20}) {
            const auto start = Clock::now();
            const auto deadline = start + milliseconds(ms);
            CHECK(Fiber::park(deadline) == Wake::Timeout);
            const auto late = toMillis(Clock::now() - deadline);
            CHECK(late >= 0);
            CHECK(late < 50);
        }
    });
}

TEST_CASE("a deadline in the past is a timeout at once", "[base]") {
    onLoop([](Loop&) {
        const auto start = Clock::now();
        CHECK(Fiber::park(start - milliseconds(100)) == Wake::Timeout);
        CHECK(toMillis(Clock::now() - start) < 50);
    });
}

TEST_CASE("an interrupt ends the wait and each later one until it is cleared", "[base]") {
    onLoop([](Loop& loop) {
        Fiber* self = Fiber::current();
        loop.spawn([self] { self->interrupt(); });
        CHECK(Fiber::park(in(5000)) == Wake::Interrupted);
        CHECK(self->interrupted());
        CHECK(Fiber::park(in(5000)) == Wake::Interrupted);
        self->clearInterrupt();
        CHECK(Fiber::park(in(1)) == Wake::Timeout);
    });
}

TEST_CASE("an interrupt that comes while nothing waits is not lost", "[base]") {
    onLoop([](Loop&) {
        Fiber::current()->interrupt();
        CHECK(Fiber::park(in(5000)) == Wake::Interrupted);
    });
}

TEST_CASE("an uninterruptible wait sees neither old nor new interrupts", "[base]") {
    onLoop([](Loop& loop) {
        Fiber* self = Fiber::current();
        self->interrupt();
        bool interrupted_again = false;
        loop.spawn([&, self] {
            self->interrupt();
            interrupted_again = true;
            loop.spawn([self] { self->wake(); });
        });
        CHECK(Fiber::park(kNever, false) == Wake::Ready);
        CHECK(interrupted_again);
        CHECK(Fiber::park(kNever) == Wake::Interrupted);
    });
}

TEST_CASE("an exception ends its fiber and nothing else", "[base]") {
    bool other_ran = false;
    onLoop([&](Loop& loop) {
        loop.spawn([] { throw std::runtime_error("thrown by a test, on purpose"); });
        loop.spawn([] { throw 42; });
        loop.spawn([&] { other_ran = true; });
        yieldOnce(loop);
        CHECK(loop.fibers() == 1);
    });
    CHECK(other_ran);
}

TEST_CASE("what a fiber captured dies with the fiber", "[base]") {
    auto token = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = token;
    onLoop([&](Loop& loop) {
        loop.spawn([token] { CHECK(*token == 1); });
        token.reset();
        yieldOnce(loop);
        CHECK(watch.expired());
    });
}

TEST_CASE("a fiber may use most of its stack", "[base]") {
    onLoop([](Loop& loop) {
        const std::function<int(int)> deeper = [&](int depth) {
            volatile char frame[1024];
            frame[depth % 1024] = static_cast<char>(depth);
            return depth == 0 ? frame[0] : deeper(depth - 1) + 1;
        };
        for (int i = 0; i < 3; ++i) {  // the stack is reused
            loop.spawn([&] { CHECK(deeper(100) >= 100); });
            yieldOnce(loop);
        }
    });
}

TEST_CASE("two fibers hand a turn back and forth", "[base]") {
    onLoop([](Loop& loop) {
        constexpr int kTurns = 10'000;
        int turns = 0;
        Fiber* ping = Fiber::current();
        Fiber& pong = loop.spawn([&] {
            while (turns < kTurns) {
                ++turns;
                ping->wake();
                if (turns < kTurns && Fiber::park(kNever) != Wake::Ready) return;
            }
        });
        while (turns < kTurns) {
            REQUIRE(Fiber::park(in(5000)) == Wake::Ready);
            if (turns < kTurns) pong.wake();  // after its last turn it is gone
        }
        CHECK(turns == kTurns);
    });
}
