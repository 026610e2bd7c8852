// What latency-based-routing remembers: LiteLLM's lists by their averages, and how long.
#include <catch2/catch.hpp>

#include "router_latency/samples.h"

using router_latency::Samples;

TEST_CASE("samples: the average of a list that is not full") {
    Samples samples({3600, 10});
    CHECK(samples.at(0, false).average(3) == 0);
    samples.add(3, {1, -1}, 0);
    CHECK(samples.at(0, false).average(3) == 1);
    samples.add(3, {3, -1}, 0);
    CHECK(samples.at(0, false).average(3) == 2);
    CHECK(samples.at(0, false).average(4) == 0);
}

TEST_CASE("samples: in a full list the new one takes the place of the last") {
    Samples samples({3600, 3});
    for (const double sample : {1.0, 2.0, 3.0}) samples.add(0, {sample, -1}, 0);
    CHECK(samples.at(0, false).average(0) == Approx(2));
    samples.add(0, {9, -1}, 0);  // 1 2 9
    CHECK(samples.at(0, false).average(0) == Approx(4));
    samples.add(0, {6, -1}, 0);  // 1 2 6
    CHECK(samples.at(0, false).average(0) == Approx(3));
    Samples latest({3600, 1});
    for (const double sample : {5.0, 7.0}) latest.add(0, {sample, -1}, 0);
    CHECK(latest.at(0, false).average(0) == 7);
}

TEST_CASE("samples: streams have an average of their own where there is one") {
    Samples samples({3600, 10});
    samples.add(0, {4, -1}, 0);
    CHECK(samples.at(0, true).average(0) == 4);
    samples.add(0, {6, 1}, 0);
    CHECK(samples.at(0, true).average(0) == 1);
    CHECK(samples.at(0, false).average(0) == 5);
}

TEST_CASE("samples: a deployment without a new one for the ttl is unknown again") {
    Samples samples({10, 10});
    samples.add(0, {1, 1}, 0);
    samples.add(1, {1, -1}, 0);
    samples.add(0, {3, 3}, 9'999);
    CHECK(samples.at(9'999, false).average(1) == 1);
    CHECK(samples.at(10'000, false).average(0) == 2);
    CHECK(samples.at(10'000, false).average(1) == 0);
    CHECK(samples.at(19'999, false).average(0) == 0);
    samples.add(0, {8, -1}, 20'000);  // what has expired does not count any more
    CHECK(samples.at(20'000, false).average(0) == 8);
    CHECK(samples.at(20'000, true).average(0) == 8);
}

TEST_CASE("samples: numbers at the edges of pages, and past the last") {
    Samples samples({3600, 10});
    for (const uint32_t number : {0u, 63u, 64u, 65'535u}) samples.add(number, {number + 1.0, -1}, 0);
    for (const uint32_t number : {0u, 63u, 64u, 65'535u})
        CHECK(samples.at(0, false).average(number) == number + 1.0);
    CHECK(samples.at(0, false).average(62) == 0);
    samples.add(65'536, {1, -1}, 0);
    CHECK(samples.at(0, false).average(65'536) == 0);
    CHECK(samples.at(0, false).average(UINT32_MAX) == 0);
}
