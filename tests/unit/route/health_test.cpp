#include "route/health.h"

#include <catch2/catch.hpp>

using namespace sluice;
using namespace sluice::route;
using namespace std::chrono_literals;
using State = Health::State;

namespace {

struct World {
    HealthBook book;
    std::shared_ptr<Health> health = book.of("d");
    config::Cooldown rules;
    config::Deployment deployment;
    base::TimePoint now = base::TimePoint{} + 1000h;
    int64_t wall_ms = 1'000'000'000;

    State state() const { return health->state(now, rules); }
    bool serves(uint32_t chance = 0) const { return health->mayServe(now, chance, rules); }
    bool fail(FailureClass kind = FailureClass::ServerError, bool alone = false,
              std::optional<base::milliseconds> retry_after = std::nullopt) {
        health->noteRequest(wall_ms);
        (void)health->begin(now);
        Failure failure;
        failure.kind = kind;
        failure.retry_after = retry_after;
        return health->fail(failure, alone, now, deployment, rules);
    }
    void succeed() {
        health->noteRequest(wall_ms);
        (void)health->begin(now);
        health->succeed(now);
    }
};

}  // namespace

TEST_CASE("five failures in a row open the breaker; a success between them does not", "[route]") {
    World world;
    for (int i = 0; i < 20; ++i) world.succeed();
    for (int i = 0; i < 4; ++i) CHECK_FALSE(world.fail(FailureClass::Connection));
    world.succeed();
    for (int i = 0; i < 4; ++i) CHECK_FALSE(world.fail(FailureClass::Connection));
    CHECK(world.state() == State::Serving);
    CHECK_FALSE(world.book.troubled());
    CHECK(world.fail(FailureClass::Connection));
    CHECK(world.state() == State::Open);
    CHECK(world.book.troubled());
}

TEST_CASE("after the pause one request finds out", "[route]") {
    World world;
    for (int i = 0; i < 5; ++i) (void)world.fail(FailureClass::Connection, true);
    CHECK_FALSE(world.serves());
    world.now += 29s;
    CHECK_FALSE(world.serves());
    world.now += 1s;
    CHECK(world.state() == State::HalfOpen);
    CHECK(world.serves());
    CHECK(world.health->begin(world.now));
    CHECK_FALSE(world.serves());
    CHECK_FALSE(world.health->begin(world.now));

    SECTION("it fails: open again") {
        Failure failure;
        failure.kind = FailureClass::Connection;
        CHECK(world.health->fail(failure, true, world.now, world.deployment, world.rules));
        CHECK(world.state() == State::Open);
        world.now += 30s;
        CHECK(world.serves());
    }
    SECTION("its client leaves: somebody else may find out") {
        world.health->forget();
        CHECK(world.serves());
    }
    SECTION("it is fine: a growing share of the requests") {
        world.health->succeed(world.now);
        CHECK(world.state() == State::Recovering);
        CHECK(world.serves(UINT32_MAX / 20));
        CHECK_FALSE(world.serves(UINT32_MAX / 2));
        world.now += 5s;
        CHECK(world.serves(UINT32_MAX / 2));
        CHECK_FALSE(world.serves(UINT32_MAX / 10 * 9));
        world.now += 5s;
        CHECK(world.serves(UINT32_MAX));
        CHECK(world.state() == State::Serving);
        world.succeed();
        CHECK_FALSE(world.book.troubled());
    }
}

TEST_CASE("a client's mistakes bench nobody", "[route]") {
    World world;
    for (int i = 0; i < 100; ++i) {
        CHECK_FALSE(world.fail(FailureClass::BadRequest));
        CHECK_FALSE(world.fail(FailureClass::ContentPolicy));
        CHECK_FALSE(world.fail(FailureClass::ContextWindow));
    }
    CHECK(world.state() == State::Serving);
}

TEST_CASE("a rate limit cools down, for as long as it says, unless there is nobody else", "[route]") {
    World world;
    CHECK_FALSE(world.fail(FailureClass::RateLimit, true));
    CHECK(world.fail(FailureClass::RateLimit, false, 2000ms));
    CHECK(world.state() == State::CoolingDown);
    world.now += 1999ms;
    CHECK_FALSE(world.serves());
    world.now += 1ms;
    CHECK(world.serves());
    CHECK(world.fail(FailureClass::RateLimit));  // cooldown_time
    world.now += 4999ms;
    CHECK_FALSE(world.serves());
    world.now += 1ms;
    CHECK(world.serves());
    world.deployment.cooldown_ms = 60'000;  // the deployment's own goes before Retry-After
    CHECK(world.fail(FailureClass::RateLimit, false, 1000ms));
    world.now += 59s;
    CHECK_FALSE(world.serves());
}

TEST_CASE("the longer pause stands, and an old success does not end it", "[route]") {
    World world;
    (void)world.fail(FailureClass::RateLimit, false, 60'000ms);
    (void)world.fail(FailureClass::RateLimit, false, 1'000ms);
    world.health->succeed(world.now);  // of a request that began before
    world.now += 59s;
    CHECK_FALSE(world.serves());
}

TEST_CASE("a bad key benches at once", "[route]") {
    World world;
    CHECK(world.fail(FailureClass::Authentication));
    CHECK(world.state() == State::CoolingDown);
}

TEST_CASE("more than half of five requests in a minute cool down, LiteLLM's way", "[route]") {
    World world;
    world.rules.breaker_failures = 0;
    world.succeed();
    world.succeed();
    CHECK_FALSE(world.fail());
    CHECK_FALSE(world.fail());
    CHECK(world.fail());  // 3 of 5
    World alone;
    alone.rules.breaker_failures = 0;
    for (int i = 0; i < 500; ++i) CHECK_FALSE(alone.fail(FailureClass::ServerError, true));
}

TEST_CASE("allowed_fails and allowed_fails_policy count within the cooldown time", "[route]") {
    World world;
    world.rules.breaker_failures = 0;
    world.rules.allowed_fails = 2;
    CHECK_FALSE(world.fail());
    CHECK_FALSE(world.fail());
    CHECK(world.fail());
    World other;
    other.rules = world.rules;
    other.rules.allowed_by_class[static_cast<size_t>(config::PolicyClass::RateLimit)] = 0;
    CHECK_FALSE(other.fail());
    CHECK(other.fail(FailureClass::RateLimit));
    World slow;
    slow.rules = world.rules;
    for (int i = 0; i < 10; ++i) {
        CHECK_FALSE(slow.fail());
        slow.now += 6s;
    }
}

TEST_CASE("disable_cooldowns leaves the breaker; without both nothing happens", "[route]") {
    World world;
    world.rules.enabled = false;
    CHECK_FALSE(world.fail(FailureClass::Authentication));
    for (int i = 0; i < 3; ++i) CHECK_FALSE(world.fail(FailureClass::Authentication));
    CHECK(world.fail(FailureClass::Authentication));
    World open;
    open.rules.enabled = false;
    open.rules.breaker_failures = 0;
    for (int i = 0; i < 100; ++i) CHECK_FALSE(open.fail());
}

TEST_CASE("adaptive: what fails mostly is out sooner, and for longer each time", "[route]") {
    World world;
    world.rules.adaptive = true;
    world.rules.enabled = false;
    for (int i = 0; i < 40; ++i) {  // one success in three: never five in a row
        (void)world.fail(FailureClass::Connection);
        (void)world.fail(FailureClass::Connection);
        if (world.state() != State::Serving) break;
        world.succeed();
    }
    CHECK(world.state() == State::Open);
    world.now += 31s;
    (void)world.fail(FailureClass::Connection);
    world.now += 31s;
    CHECK_FALSE(world.serves());
}

TEST_CASE("latency jumps up and sinks, also while nobody asks", "[route]") {
    World world;
    CHECK(world.health->latencyUs(world.now) == 0);
    world.health->noteLatency(10ms, world.now);
    CHECK(world.health->latencyUs(world.now) == 10'000);
    world.health->noteLatency(1s, world.now);
    CHECK(world.health->latencyUs(world.now) == 1'000'000);
    world.now += 6931ms;
    CHECK(world.health->latencyUs(world.now) == 500'000);
    world.now += 3466ms;
    CHECK(world.health->latencyUs(world.now) == Approx(375'000).epsilon(0.01));
    world.health->noteLatency(10ms, world.now);
    CHECK(world.health->latencyUs(world.now) == Approx(10'000 + 990'000 * std::exp(-1.0397)).epsilon(0.01));
}

TEST_CASE("a minute's figures begin anew", "[route]") {
    World world;
    for (int i = 0; i < 3; ++i) world.succeed();
    world.health->noteTokens(50, world.wall_ms);
    CHECK(world.health->minute().requests == 3);
    CHECK(world.health->minute().tokens == 50);
    world.wall_ms += 60'000;
    world.book.turn(world.wall_ms);
    CHECK(world.health->minute().requests == 0);
    world.succeed();
    CHECK(world.health->minute().requests == 1);
    CHECK(world.health->minute().tokens == 0);
}

TEST_CASE("the book gives the same object for the same id, and forgets what nobody holds", "[route]") {
    HealthBook book;
    auto one = book.of("x");
    CHECK(book.of("x") == one);
    config::Cooldown rules;
    config::Deployment deployment;
    Failure failure;
    failure.kind = FailureClass::Authentication;
    CHECK(one->fail(failure, false, base::TimePoint{} + 1h, deployment, rules));
    CHECK(book.troubled());
    one.reset();
    CHECK_FALSE(book.troubled());
}
