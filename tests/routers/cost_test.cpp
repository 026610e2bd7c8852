// cost-based-routing: the cheapest under its limits.
#include <catch2/catch.hpp>

#include "router_cost/plugin.h"
#include "support.h"

using namespace routers;
using router_cost::choose;
using sluice::Candidates;

TEST_CASE("cost: input and output together decide") {
    FakeCandidates all{Deployment("a").priced(2e-6, 6e-6), Deployment("b").priced(1e-6, 8e-6),
                       Deployment("c").priced(3e-6, 4e-6)};
    CHECK(choose(Candidates(*all.table()), 1) == 2);
    all.exclude(2);
    CHECK(choose(Candidates(*all.table()), 1) == 0);
}

TEST_CASE("cost: a price that is not known counts as 5 USD") {
    FakeCandidates half{Deployment("half").priced(1e-6, -1), Deployment("known").priced(4.0, 0.5)};
    CHECK(choose(Candidates(*half.table()), 1) == 1);
    FakeCandidates dear{Deployment("half").priced(1e-6, -1), Deployment("known").priced(4.0, 1.5)};
    CHECK(choose(Candidates(*dear.table()), 1) == 0);
    FakeCandidates free{Deployment("unknown"), Deployment("free").priced(0, 0)};
    CHECK(choose(Candidates(*free.table()), 1) == 1);
}

TEST_CASE("cost: who is at its limit is left out") {
    FakeCandidates all{Deployment("a").priced(1e-6, 0).limited(10).used(10),
                       Deployment("b").priced(2e-6, 0).limited(-1, 1000).used(5, 1000),
                       Deployment("c").priced(3e-6, 0).limited(10, 1000).used(9, 999)};
    CHECK(choose(Candidates(*all.table()), 1) == 2);
    all.exclude(2);
    CHECK(choose(Candidates(*all.table()), 1) == SLUICE_E_LIMIT);
    all.exclude(0);
    all.exclude(1);
    CHECK(choose(Candidates(*all.table()), 1) == SLUICE_E_UNAVAILABLE);
}

TEST_CASE("cost: a limited one after the choice changes nothing") {
    FakeCandidates all{Deployment("a").priced(2e-6, 0), Deployment("b").priced(1e-6, 0).limited(0)};
    CHECK(choose(Candidates(*all.table()), 1) == 0);
}

TEST_CASE("cost: of equal ones each has the same chance") {
    FakeCandidates all{Deployment("a"), Deployment("b").priced(1e-6, 1e-6),
                       Deployment("c").priced(1e-6, 1e-6)};
    const auto counts =
        tally(3, 20'000, [&](uint64_t random) { return choose(Candidates(*all.table()), random); });
    CHECK(counts[0] == 0);
    CHECK(counts[1] == Approx(10'000).epsilon(0.05));
}

TEST_CASE("cost as a plugin; of an older host no price is known") {
    FakeCandidates all{Deployment("a").priced(2e-6, 0), Deployment("b").priced(1e-6, 0)};
    FakeHost host;
    auto plugin = host.load<router_cost::Plugin>();
    CHECK(plugin.pick(host.request(), all) == 1);
    FakeHost older(sluice::testing::Abi::V1_0);
    auto there = older.load<router_cost::Plugin>();
    const auto counts = tally(2, 2'000, [&](uint64_t) { return there.pick(older.request(), all); });
    CHECK(counts[0] == Approx(1'000).epsilon(0.15));
}
