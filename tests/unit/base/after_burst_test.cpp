#include "base/after_burst.h"

using namespace sluice::base;

TEST_CASE("a burst is over when little has been used for a while", "[base]") {
    AfterBurst burst;
    const TimePoint start = Clock::now();
    const auto at = [&](int ms, uint64_t used) { return burst.over(used, start + milliseconds(ms)); };
    CHECK_FALSE(at(0, AfterBurst::kCalm - 1));  // little is no burst
    CHECK_FALSE(at(9'000, AfterBurst::kBurst - 1));
    CHECK_FALSE(at(20'000, 0));
    CHECK_FALSE(at(20'020, AfterBurst::kBurst));
    CHECK_FALSE(at(20'040, 0));
    CHECK_FALSE(at(21'000, AfterBurst::kCalm));  // not yet: the calm begins anew
    CHECK_FALSE(at(22'900, 0));
    CHECK(at(23'000, 0));
    CHECK_FALSE(at(23'020, 0));  // once
    CHECK_FALSE(at(60'000, 0));
    CHECK_FALSE(at(60'020, AfterBurst::kBurst));
    CHECK(at(70'000, 0));
}
