// least-busy: the fewest in flight, and who is taken of equals.
#include <catch2/catch.hpp>

#include "router_least_busy/plugin.h"
#include "support.h"

using namespace routers;
using router_least_busy::choose;
using sluice::Candidates;

TEST_CASE("least-busy takes the fewest requests in flight") {
    FakeCandidates all{Deployment("a").busy(3), Deployment("b").busy(1), Deployment("c").busy(2)};
    for (uint64_t random = 0; random < 64; ++random)
        CHECK(choose(Candidates(*all.table()), random << 58) == 1);
    all.exclude(1);
    CHECK(choose(Candidates(*all.table()), 7) == 2);
    all.exclude(2);
    CHECK(choose(Candidates(*all.table()), 7) == 0);
    all.exclude(0);
    CHECK(choose(Candidates(*all.table()), 7) == SLUICE_E_UNAVAILABLE);
}

TEST_CASE("least-busy: of equal ones each has the same chance") {
    FakeCandidates all{Deployment("a").busy(1), Deployment("b").busy(2), Deployment("c").busy(1),
                       Deployment("d").busy(1), Deployment("e").busy(1)};
    all.exclude(3);
    const auto counts =
        tally(5, 30'000, [&](uint64_t random) { return choose(Candidates(*all.table()), random); });
    CHECK(counts[1] == 0);
    CHECK(counts[3] == 0);
    for (const size_t i : {0, 2, 4}) CHECK(counts[i] == Approx(10'000).epsilon(0.05));
}

TEST_CASE("least-busy: of many, each idle one has the same chance, wherever the busy ones are") {
    auto all = many<32>([](size_t i) {
        Deployment made("d" + std::to_string(i));
        return i < 20 ? made.busy(1) : made;
    });
    all.exclude(31);
    const auto counts =
        tally(32, 33'000, [&](uint64_t random) { return choose(Candidates(*all.table()), random); });
    for (size_t i = 0; i < 20; ++i) CHECK(counts[i] == 0);
    for (size_t i = 20; i < 31; ++i) CHECK(counts[i] == Approx(3'000).epsilon(0.1));
    CHECK(counts[31] == 0);
    // One that is idle among many is found by nobody but the look at all of them.
    for (uint32_t i = 20; i < 31; ++i) all.exclude(i);
    for (uint64_t random = 0; random < 64; ++random)
        CHECK(choose(Candidates(*all.table()), random << 58) < 20);
}

TEST_CASE("least-busy as a plugin, also in a host of the first release") {
    for (const auto release : {sluice::testing::Abi::Today, sluice::testing::Abi::V1_0}) {
        FakeHost host(release);
        auto plugin = host.load<router_least_busy::Plugin>();
        FakeCandidates all{Deployment("a").busy(1), Deployment("b"), Deployment("c").busy(1)};
        CHECK(plugin.pick(host.request(), all) == 1);
        all.exclude(1);
        const auto counts = tally(3, 2'000, [&](uint64_t) { return plugin.pick(host.request(), all); });
        CHECK(counts[0] == Approx(1'000).epsilon(0.15));
    }
}
