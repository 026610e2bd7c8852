// What latency-based-routing remembers: LiteLLM's lists by their averages, and how long.
#include <catch2/catch.hpp>

#include "router_latency/samples.h"

using router_latency::Samples;

TEST_CASE("samples: the average of a list that is not full") {
    Samples samples({3600, 10});
    CHECK(samples.average(3, false, 0) == 0);
    samples.add(3, {1, -1}, 0);
    CHECK(samples.average(3, false, 0) == 1);
    samples.add(3, {3, -1}, 0);
    CHECK(samples.average(3, false, 0) == 2);
    CHECK(samples.average(4, false, 0) == 0);
}

TEST_CASE("samples: in a full list the new one takes the place of the last") {
    Samples samples({3600, 3});
    for (const double sample : {1.0, 2.0, 3.0}) samples.add(0, {sample, -1}, 0);
    CHECK(samples.average(0, false, 0) == Approx(2));
    samples.add(0, {9, -1}, 0);  // 1 2 9
    CHECK(samples.average(0, false, 0) == Approx(4));
    samples.add(0, {6, -1}, 0);  // 1 2 6
    CHECK(samples.average(0, false, 0) == Approx(3));
    Samples latest({3600, 1});
    for (const double sample : {5.0, 7.0}) latest.add(0, {sample, -1}, 0);
    CHECK(latest.average(0, false, 0) == 7);
}

TEST_CASE("samples: streams have an average of their own where there is one") {
    Samples samples({3600, 10});
    samples.add(0, {4, -1}, 0);
    CHECK(samples.average(0, true, 0) == 4);
    samples.add(0, {6, 1}, 0);
    CHECK(samples.average(0, true, 0) == 1);
    CHECK(samples.average(0, false, 0) == 5);
}

TEST_CASE("samples: a deployment without a new one for the ttl is unknown again") {
    Samples samples({10, 10});
    samples.add(0, {1, 1}, 0);
    samples.add(1, {1, -1}, 0);
    samples.add(0, {3, 3}, 9'999);
    CHECK(samples.average(0, false, 10'000) == 2);
    CHECK(samples.average(1, false, 9'999) == 1);
    CHECK(samples.average(1, false, 10'000) == 0);
    CHECK(samples.average(0, false, 19'999) == 0);
    samples.add(0, {8, -1}, 20'000);  // what has expired does not count any more
    CHECK(samples.average(0, false, 20'000) == 8);
    CHECK(samples.average(0, true, 20'000) == 8);
}

TEST_CASE("samples: numbers at the edges of pages, and past the last") {
    Samples samples({3600, 10});
    for (const uint32_t number : {0u, 63u, 64u, 65'535u}) samples.add(number, {number + 1.0, -1}, 0);
    for (const uint32_t number : {0u, 63u, 64u, 65'535u})
        CHECK(samples.average(number, false, 0) == number + 1.0);
    CHECK(samples.average(62, false, 0) == 0);
    samples.add(65'536, {1, -1}, 0);
    CHECK(samples.average(65'536, false, 0) == 0);
    CHECK(samples.average(UINT32_MAX, false, 0) == 0);
}
