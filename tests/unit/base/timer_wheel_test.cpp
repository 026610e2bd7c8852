#include "base/timer_wheel.h"

#include <random>

using namespace sluice::base;
using namespace std::chrono_literals;

namespace {

// Time that a test moves by hand.
struct World {
    TimePoint start = TimePoint{} + 1000h;
    TimePoint now = start;
    TimerWheel wheel{start};

    std::vector<TimerNode*> expireAt(Duration since_start) {
        now = start + since_start;
        std::vector<TimerNode*> fired;
        while (TimerNode* node = wheel.popExpired(now)) fired.push_back(node);
        return fired;
    }
};

}  // namespace

TEST_CASE("a timer fires at its deadline, never early", "[base]") {
    World world;
    TimerNode node;
    world.wheel.arm(node, world.start + 10ms);
    CHECK(node.armed());
    CHECK(world.expireAt(9ms).empty());
    CHECK(world.expireAt(9'999us).empty());
    CHECK(world.expireAt(10ms) == std::vector{&node});
    CHECK_FALSE(node.armed());
    CHECK(world.expireAt(20ms).empty());
}

TEST_CASE("a deadline between two milliseconds is at most one millisecond late", "[base]") {
    World world;
    TimerNode node;
    world.wheel.arm(node, world.start + 1'500us);
    CHECK(world.expireAt(1'499us).empty());
    CHECK(world.expireAt(2'500us) == std::vector{&node});
}

TEST_CASE("timers fire in the order of their deadlines", "[base]") {
    World world;
    std::array<TimerNode, 4> nodes;
    world.wheel.arm(nodes[2], world.start + 30ms);
    world.wheel.arm(nodes[0], world.start + 10ms);
    world.wheel.arm(nodes[3], world.start + 40ms);
    world.wheel.arm(nodes[1], world.start + 20ms);
    CHECK(world.expireAt(100ms) == std::vector{&nodes[0], &nodes[1], &nodes[2], &nodes[3]});
}

TEST_CASE("a disarmed timer does not fire, and disarming twice does nothing", "[base]") {
    World world;
    TimerNode gone, stays;
    world.wheel.arm(gone, world.start + 5ms);
    world.wheel.arm(stays, world.start + 5ms);
    world.wheel.disarm(gone);
    world.wheel.disarm(gone);
    CHECK(world.expireAt(10ms) == std::vector{&stays});
}

TEST_CASE("timers that were disarmed do not wake the loop", "[base]") {
    World world;
    TimerNode gone, stays;
    for (int ms = 1; ms < 200; ++ms) {
        world.wheel.arm(gone, world.start + std::chrono::milliseconds(ms));
        world.wheel.disarm(gone);
    }
    world.wheel.arm(stays, world.start + 300ms);
    CHECK(world.wheel.nextTimeoutMs(world.start) == 300);
    world.wheel.disarm(stays);
    CHECK(world.wheel.nextTimeoutMs(world.start) == -1);
}

TEST_CASE("arming again moves a timer", "[base]") {
    World world;
    TimerNode node;
    world.wheel.arm(node, world.start + 5ms);
    world.wheel.arm(node, world.start + 50ms);
    CHECK(world.expireAt(20ms).empty());
    CHECK(world.expireAt(50ms) == std::vector{&node});
}

TEST_CASE("a timer that is due at once or in the past fires on the next look", "[base]") {
    World world;
    (void)world.expireAt(1000ms);
    TimerNode due, past, long_past;
    world.wheel.arm(due, world.now);
    world.wheel.arm(past, world.now - 5ms);
    world.wheel.arm(long_past, world.start - 1h);
    CHECK(world.expireAt(1001ms).size() == 3);
}

TEST_CASE("a timer armed for never stays out of the wheel", "[base]") {
    World world;
    TimerNode node;
    world.wheel.arm(node, kNever);
    CHECK_FALSE(node.armed());
    CHECK(world.wheel.nextTimeoutMs(world.now) == -1);
}

TEST_CASE("deadlines beyond one turn of the wheel wait for their own turn", "[base]") {
    for (const auto deadline : {4'095ms, 4'096ms, 4'097ms, 10'000ms, 75'000ms, 600'000ms, 86'400'000ms}) {
        CAPTURE(deadline.count());
        World world;
        TimerNode node, near;
        world.wheel.arm(node, world.start + deadline);
        world.wheel.arm(near, world.start + deadline % 4'096);  // the same slot, this turn
        for (auto at = 100ms; at < deadline; at += 900ms) {
            for (const auto* fired : world.expireAt(at)) CHECK(fired == &near);
        }
        const auto last = world.expireAt(deadline);
        CHECK(std::count(last.begin(), last.end(), &node) == 1);
    }
}

TEST_CASE("a timer that was armed long after the wheel was made still fires in time", "[base]") {
    World world;
    (void)world.expireAt(3'600'000ms);  // an hour without timers
    TimerNode node;
    world.wheel.arm(node, world.now + 10ms);
    CHECK(world.expireAt(3'600'009ms).empty());
    CHECK(world.expireAt(3'600'010ms) == std::vector{&node});
}

TEST_CASE("nextTimeoutMs tells how long a loop may sleep", "[base]") {
    World world;
    TimerNode node;
    CHECK(world.wheel.nextTimeoutMs(world.now) == -1);
    world.wheel.arm(node, world.start + 25ms);
    CHECK(world.wheel.nextTimeoutMs(world.now) == 25);
    (void)world.expireAt(5ms);
    CHECK(world.wheel.nextTimeoutMs(world.now) == 20);
    CHECK(world.wheel.nextTimeoutMs(world.start + 30ms) == 0);  // overdue
    world.wheel.disarm(node);
    CHECK(world.wheel.nextTimeoutMs(world.now) == -1);
}

TEST_CASE("popExpired may be mixed with arming and disarming", "[base]") {
    World world;
    std::array<TimerNode, 6> nodes;
    for (auto& node : nodes) world.wheel.arm(node, world.start + 10ms);
    world.now = world.start + 10ms;
    CHECK(world.wheel.popExpired(world.now) == &nodes[0]);
    world.wheel.disarm(nodes[1]);                   // the one that would be next
    world.wheel.arm(nodes[0], world.start + 10ms);  // due again, behind the others
    CHECK(world.wheel.popExpired(world.now) == &nodes[2]);
    world.wheel.arm(nodes[3], world.start + 5'000ms);  // moves away from under the cursor
    CHECK(world.wheel.popExpired(world.now) == &nodes[4]);
    CHECK(world.wheel.popExpired(world.now) == &nodes[5]);
    CHECK(world.wheel.popExpired(world.now) == &nodes[0]);
    CHECK(world.wheel.popExpired(world.now) == nullptr);
    CHECK(nodes[3].armed());
}

TEST_CASE("a timer that is armed again between two looks does not wait for the next turn", "[base]") {
    World world;
    TimerNode node;
    world.wheel.arm(node, world.start + 10ms);
    world.now = world.start + 20ms;
    CHECK(world.wheel.popExpired(world.now) == &node);
    world.wheel.arm(node, world.start + 10ms);
    TimerNode* again = world.wheel.popExpired(world.now);
    if (!again) again = world.wheel.popExpired(world.now + 1ms);
    CHECK(again == &node);
    world.wheel.disarm(node);
}

TEST_CASE("ten thousand timers behave like a sorted list", "[base]") {
    std::mt19937_64 random(20240607);
    const auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
    World world;
    std::vector<TimerNode> nodes(10'000);
    std::multimap<TimePoint, TimerNode*>
        model;  // by when a timer is due: its deadline, or when it was armed if that is later
    std::map<TimerNode*, std::multimap<TimePoint, TimerNode*>::iterator> where;
    const auto forget = [&](TimerNode& node) {
        model.erase(where.at(&node));
        where.erase(&node);
    };
    size_t early = 0, late = 0, overslept = 0, fired = 0;
    for (int step = 0; step < 4'000; ++step) {
        for (int i = 0; i < 20; ++i) {
            TimerNode& node = nodes[static_cast<size_t>(below(nodes.size()))];
            if (node.armed()) forget(node);
            if (below(4) == 0) {
                world.wheel.disarm(node);
                continue;
            }
            const auto reach = std::array<uint64_t, 4>{2'000, 300'000, 20'000'000,
                                                       200'000'000}[static_cast<size_t>(below(4))];
            world.wheel.arm(node, world.now + std::chrono::microseconds(below(reach) - 500));
            where[&node] = model.emplace(std::max(node.deadline, world.now), &node);
        }
        const int sleep = world.wheel.nextTimeoutMs(world.now);
        if (!model.empty() && (sleep < 0 || world.now + milliseconds(sleep) >= model.begin()->first + 2ms))
            ++overslept;
        world.now += std::chrono::microseconds(below(3) == 0 ? below(30'000) : below(1'500));
        while (TimerNode* node = world.wheel.popExpired(world.now)) {
            ++fired;
            early += node->deadline > world.now ? 1 : 0;
            forget(*node);
        }
        late += !model.empty() && model.begin()->first <= world.now - 1ms ? 1 : 0;
    }
    CHECK(fired > 10'000);
    CHECK(early == 0);
    CHECK(late == 0);
    CHECK(overslept == 0);
    for (auto& node : nodes) world.wheel.disarm(node);
    CHECK(world.wheel.nextTimeoutMs(world.now) == -1);
}
