// When budgets begin anew.
#include <catch2/catch.hpp>
#include <sluice/config.hpp>

#include "period.h"

using limits::Zone;

namespace {

std::string from(const Zone& zone, const char* duration, int64_t now_ms) {
    const auto period = zone.period(duration, now_ms);
    CHECK(period.start_ms <= now_ms);
    CHECK((period.end_ms == 0 || period.end_ms > now_ms));
    return limits::utcText(period.start_ms) + " to " + limits::utcText(period.end_ms);
}

constexpr int64_t kSaturday = 1'795'273'200'000;  // 2026-11-21 15:00:00 UTC

}  // namespace

TEST_CASE("days, weeks, months") {
    const Zone utc("UTC");
    CHECK(from(utc, "1d", kSaturday) == "2026-11-21 00:00:00 UTC to 2026-11-22 00:00:00 UTC");
    CHECK(from(utc, "24h", kSaturday) == from(utc, "1d", kSaturday));
    CHECK(from(utc, "7d", kSaturday) == "2026-11-16 00:00:00 UTC to 2026-11-23 00:00:00 UTC");
    CHECK(from(utc, "1w", kSaturday) == from(utc, "7d", kSaturday));
    CHECK(from(utc, "30d", kSaturday) == "2026-11-01 00:00:00 UTC to 2026-12-01 00:00:00 UTC");
    CHECK(from(utc, "1mo", kSaturday) == from(utc, "30d", kSaturday));
    CHECK(from(utc, "3mo", kSaturday) == "2026-10-01 00:00:00 UTC to 2027-01-01 00:00:00 UTC");
    CHECK(from(utc, "12h", kSaturday) == "2026-11-21 12:00:00 UTC to 2026-11-22 00:00:00 UTC");
    CHECK(from(utc, "30m", kSaturday + 1'900'000) == "2026-11-21 15:30:00 UTC to 2026-11-21 16:00:00 UTC");
    const auto ever = utc.period("", kSaturday);
    CHECK(ever.start_ms == 0);
    CHECK(ever.end_ms == 0);
}

TEST_CASE("midnight is where the zone says") {
    const Zone berlin("Europe/Berlin"), tokyo("Asia/Tokyo");
    CHECK(from(berlin, "1d", kSaturday) == "2026-11-20 23:00:00 UTC to 2026-11-21 23:00:00 UTC");
    CHECK(from(tokyo, "1d", kSaturday) == "2026-11-21 15:00:00 UTC to 2026-11-22 15:00:00 UTC");
    CHECK(from(tokyo, "1mo", kSaturday) == "2026-10-31 15:00:00 UTC to 2026-11-30 15:00:00 UTC");
}

TEST_CASE("days of 23 and 25 hours") {
    const Zone berlin("Europe/Berlin");
    const auto spring = berlin.period("1d", 1'774'785'600'000);  // 2026-03-29 12:00 UTC
    CHECK(spring.end_ms - spring.start_ms == 23 * 3'600'000);
    const auto autumn = berlin.period("1d", 1'792'929'600'000);  // 2026-10-25 12:00 UTC
    CHECK(autumn.end_ms - autumn.start_ms == 25 * 3'600'000);
}

TEST_CASE("a zone that is none") { CHECK_THROWS_AS(Zone("Mars/Olympus"), sluice::ConfigError); }
