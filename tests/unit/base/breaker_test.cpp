#include "base/breaker.h"

using namespace sluice::base;

TEST_CASE("failures in a row open the breaker, one success closes it", "[base]") {
    Breaker breaker(3, milliseconds(100));
    auto now = Clock::now();
    for (int round = 0; round < 2; ++round) {
        CHECK_FALSE(breaker.record(false, now));
        CHECK_FALSE(breaker.record(false, now));
        CHECK_FALSE(breaker.record(true, now));  // begins anew
    }
    CHECK_FALSE(breaker.record(false, now));
    CHECK_FALSE(breaker.record(false, now));
    CHECK(breaker.allow(now));
    CHECK(breaker.record(false, now));
    CHECK(breaker.open());
    CHECK_FALSE(breaker.allow(now));
}

TEST_CASE("after the pause one call decides", "[base]") {
    Breaker breaker(1, milliseconds(100));
    auto now = Clock::now();
    CHECK(breaker.record(false, now));
    now += milliseconds(100);
    CHECK(breaker.allow(now));
    CHECK_FALSE(breaker.allow(now));  // the probe is under way
    CHECK_FALSE(breaker.record(false, now));
    CHECK_FALSE(breaker.allow(now));  // open for another pause
    now += milliseconds(100);
    CHECK(breaker.allow(now));
    CHECK_FALSE(breaker.record(true, now));
    CHECK(breaker.allow(now));
    CHECK(breaker.allow(now));
    CHECK_FALSE(breaker.open());
}

TEST_CASE("a breaker without a limit never opens", "[base]") {
    Breaker breaker(0, milliseconds(1));
    for (int i = 0; i < 100; ++i) CHECK_FALSE(breaker.record(false, Clock::now()));
    CHECK(breaker.allow(Clock::now()));
}
