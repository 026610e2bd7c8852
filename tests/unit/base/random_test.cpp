#include "base/random.h"

#include <set>

using namespace sluice::base;

TEST_CASE("a UUID has the shape of its version", "[base]") {
    for (int i = 0; i < 400; ++i) {
        const bool random = i % 2 == 0;
        const std::string uuid = random ? randomUuid() : timeUuid(1'700'000'000'000 + i);
        CAPTURE(uuid);
        REQUIRE(uuid.size() == 36);
        for (size_t at = 0; at < uuid.size(); ++at) {
            const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
            REQUIRE((dash ? uuid[at] == '-'
                          : std::string_view("0123456789abcdef").find(uuid[at]) != std::string_view::npos));
        }
        CHECK(uuid[14] == (random ? '4' : '7'));
        CHECK(std::string_view("89ab").find(uuid[19]) != std::string_view::npos);
    }
}

TEST_CASE("UUIDs of version 7 begin with their time", "[base]") {
    // The example of RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
    CHECK(timeUuid(0x017F22E279B0).substr(0, 15) == "017f22e2-79b0-7");
    CHECK(timeUuid(1).substr(0, 13) == "00000000-0001");
    CHECK(timeUuid(1'700'000'000'000) < timeUuid(1'700'000'000'001));
    CHECK(timeUuid(5) != timeUuid(5));
}

TEST_CASE("UUIDs and random bits do not repeat", "[base]") {
    std::set<std::string> uuids;
    std::set<uint64_t> bits;
    for (int i = 0; i < 10'000; ++i) {
        uuids.insert(randomUuid());
        bits.insert(randomBits());
    }
    CHECK(uuids.size() == 10'000);
    CHECK(bits.size() == 10'000);
}

TEST_CASE("numbers below a bound stay below it and reach all of it", "[base]") {
    std::array<int, 7> hits{};
    for (int i = 0; i < 7'000; ++i) ++hits.at(randomBelow(7));
    for (const int n : hits) CHECK(n > 700);
    for (int i = 0; i < 100; ++i) CHECK(randomBelow(1) == 0);
    CHECK(randomBelow(UINT64_MAX) < UINT64_MAX);
}

TEST_CASE("the unit interval is half open and evenly used", "[base]") {
    double sum = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double value = randomUnit();
        REQUIRE(value >= 0);
        REQUIRE(value < 1);
        sum += value;
    }
    CHECK(sum / 10'000 == Approx(0.5).margin(0.05));
}

TEST_CASE("secure random bytes fill any size", "[base]") {
    secureRandom(nullptr, 0);
    std::string a(1000, '\0'), b(1000, '\0');
    secureRandom(a.data(), a.size());
    secureRandom(b.data(), b.size());
    CHECK(a != b);
    CHECK(std::set<char>(a.begin(), a.end()).size() > 200);
}
