#include "route/waiting_room.h"

#include <thread>

#include <catch2/catch.hpp>

#include "support/on_loop.h"

using namespace sluice;
using namespace std::chrono_literals;
using route::WaitingRoom;

namespace {

const std::string kGroup = "g", kOther = "h";

// Waits on a fiber of its own and writes down who was called, in order.
struct Waiting {
    WaitingRoom room;
    std::vector<std::string> called;

    void wait(base::Loop& loop, std::string name, int64_t priority, const std::string& group = kGroup,
              base::Duration patience = 2s) {
        const auto arrived = base::Clock::now();
        loop.spawn([=, this, &group] {
            const auto how = room.wait({group, priority, arrived}, 10, arrived + patience);
            called.push_back(how == WaitingRoom::Called::Yes       ? name
                             : how == WaitingRoom::Called::Timeout ? name + " timed out"
                             : how == WaitingRoom::Called::NoRoom  ? name + " no room"
                                                                   : name + " interrupted");
        });
        test::yieldOnce(loop);
        test::yieldOnce(loop);
    }
};

void settle(base::Loop& loop) {
    for (int i = 0; i < 5; ++i) test::yieldOnce(loop);
}

}  // namespace

TEST_CASE("who has priority goes first, then who came first; groups do not mix", "[route]") {
    test::onLoop([](base::Loop& loop) {
        Waiting w;
        w.wait(loop, "late", 5);
        w.wait(loop, "first", 0);
        w.wait(loop, "second", 0);
        w.wait(loop, "elsewhere", -1, kOther);
        CHECK(w.room.waiting() == 4);
        for (int i = 0; i < 4; ++i) {
            w.room.call(kGroup);
            settle(loop);
        }
        CHECK(w.called == std::vector<std::string>{"first", "second", "late"});
        w.room.call(kOther);
        settle(loop);
        CHECK(w.called.back() == "elsewhere");
        CHECK(w.room.waiting() == 0);
    });
}

TEST_CASE("waiting is bounded in number and time, and what has left is not called", "[route]") {
    test::onLoop([](base::Loop& loop) {
        Waiting w;
        w.wait(loop, "patient", 1, kGroup, 60s);
        CHECK(w.room.wait({kGroup, 0, base::Clock::now()}, 1, base::Clock::now() + 1s) ==
              WaitingRoom::Called::NoRoom);
        w.wait(loop, "hasty", 0, kGroup, 5ms);
        (void)base::Fiber::park(base::Clock::now() + 20ms);
        CHECK(w.called == std::vector<std::string>{"hasty timed out"});
        w.room.call(kGroup);
        settle(loop);
        CHECK(w.called.back() == "patient");
        w.room.call(kGroup);  // nobody is there
        CHECK(w.room.waiting() == 0);
    });
}

TEST_CASE("who looks again does not push in before one who is being called", "[route]") {
    test::onLoop([](base::Loop& loop) {
        Waiting w;
        const auto now = base::Clock::now();
        const WaitingRoom::Place low{kGroup, 5, now};
        CHECK(w.room.isFirst(low));
        w.wait(loop, "high", 1);
        CHECK_FALSE(w.room.isFirst(low));
        w.room.call(kGroup);
        CHECK_FALSE(w.room.isFirst(low));  // on its way
        CHECK(w.room.isFirst({kGroup, 1, now}));
        settle(loop);
        CHECK(w.called == std::vector<std::string>{"high"});
        CHECK(w.room.isFirst(low));
    });
}

TEST_CASE("calls from another thread reach every one who waits", "[route]") {
    Waiting w;
    std::atomic<bool> go{false};
    std::thread caller([&] {
        while (!go) std::this_thread::yield();
        for (int i = 0; i < 8; ++i) w.room.call(kGroup);
    });
    test::onLoop([&](base::Loop& loop) {
        for (int i = 0; i < 8; ++i) w.wait(loop, "x", 0);
        go = true;
        for (int i = 0; i < 200 && w.called.size() < 8; ++i)
            (void)base::Fiber::park(base::Clock::now() + 5ms);
        CHECK(w.called == std::vector<std::string>(8, "x"));
    });
    caller.join();
}
