// peak-ewma: two choices, what they are judged by, what weights do.
#include <catch2/catch.hpp>

#include "router_peak_ewma/plugin.h"
#include "support.h"

using namespace routers;
using router_peak_ewma::choose;
using sluice::Candidates;

namespace {

std::vector<int> shares(const FakeCandidates& all, int rounds = 20'000) {
    const Candidates candidates(*all.table());
    return tally(all.table()->count, rounds, [&](uint64_t random) { return choose(candidates, random); });
}

}  // namespace

TEST_CASE("peak-ewma: of two, the lower latency times load") {
    FakeCandidates load{Deployment("a").answering(100).busy(3), Deployment("b").answering(150).busy(1)};
    CHECK(shares(load, 1'000) == std::vector<int>{0, 1'000});  // 400 and 300
    FakeCandidates latency{Deployment("a").answering(100).busy(1), Deployment("b").answering(150).busy(1)};
    CHECK(shares(latency, 1'000) == std::vector<int>{1'000, 0});
    FakeCandidates equal{Deployment("a").answering(100).busy(1), Deployment("b").answering(200)};
    CHECK(shares(equal)[0] == Approx(10'000).epsilon(0.05));
}

TEST_CASE("peak-ewma: of many, each is drawn as often, and the worst never wins") {
    // Of 5 the best wins where it is drawn: 1 - (4 / 5)(3 / 4) = 2 / 5 of the times; then 3, 2, 1 and 0
    // tenths.
    auto all = many<5>([](size_t i) { return Deployment(std::to_string(i)).answering(100 * (i + 1)); });
    const auto counts = shares(all, 50'000);
    CHECK(counts[0] == Approx(20'000).epsilon(0.05));
    CHECK(counts[1] == Approx(15'000).epsilon(0.05));
    CHECK(counts[2] == Approx(10'000).epsilon(0.05));
    CHECK(counts[3] == Approx(5'000).epsilon(0.07));
    CHECK(counts[4] == 0);
}

TEST_CASE("peak-ewma: what is not available is not drawn, however little is left") {
    auto all = many<60>([](size_t i) { return Deployment(std::to_string(i)).answering(100); });
    for (uint32_t i = 0; i < 60; ++i) {
        if (i != 7 && i != 8 && i != 59) all.exclude(i);
    }
    const auto counts = shares(all, 30'000);
    for (const size_t i : {7, 8, 59}) CHECK(counts[i] == Approx(10'000).epsilon(0.05));
    all.exclude(8);
    all.exclude(7);
    CHECK(shares(all, 100)[59] == 100);
    all.exclude(59);
    CHECK(choose(Candidates(*all.table()), 1) == SLUICE_E_UNAVAILABLE);
}

TEST_CASE("peak-ewma: an unknown one is tried, but not by everybody at once") {
    FakeCandidates idle{Deployment("known").answering(100), Deployment("new")};
    CHECK(shares(idle, 1'000)[1] == 1'000);
    FakeCandidates being_tried{Deployment("known").answering(100), Deployment("new").busy(1)};
    CHECK(shares(being_tried, 1'000)[1] == 0);
    FakeCandidates when_busier{Deployment("known").answering(100).busy(2), Deployment("new").busy(1)};
    CHECK(shares(when_busier, 1'000)[1] == 1'000);
    FakeCandidates both{Deployment("new").busy(2), Deployment("newer").busy(1)};
    CHECK(shares(both, 1'000)[1] == 1'000);
}

TEST_CASE("peak-ewma: a canary gets less than twice its weight") {
    FakeCandidates fast{Deployment("main").weighing(95).answering(900), Deployment("canary").weighing(5)};
    CHECK(shares(fast, 50'000)[1] == Approx(50'000 * (2 * 0.05 - 0.05 * 0.05)).epsilon(0.1));
    FakeCandidates slow{Deployment("main").weighing(95).answering(1),
                        Deployment("canary").weighing(5).answering(900)};
    CHECK(shares(slow, 50'000)[1] == Approx(50'000 * 0.05 * 0.05).epsilon(0.35));
}

TEST_CASE("peak-ewma: weight 0 and no weight among weights take a deployment out") {
    FakeCandidates all{Deployment("main").weighing(1).answering(900), Deployment("drained").weighing(0),
                       Deployment("forgotten")};
    CHECK(shares(all, 1'000) == std::vector<int>{1'000, 0, 0});
    all.exclude(0);
    const auto rest = shares(all);  // all that is left weighs 0
    CHECK(rest[1] == Approx(10'000).epsilon(0.05));
    CHECK(rest[2] == Approx(10'000).epsilon(0.05));
}

TEST_CASE("peak-ewma as a plugin, also in a host of the first release") {
    FakeHost host;
    auto plugin = host.load<router_peak_ewma::Plugin>();
    FakeCandidates all{Deployment("a").answering(900), Deployment("b").answering(100)};
    CHECK(plugin.pick(host.request(), all) == 1);
    FakeHost older(sluice::testing::Abi::V1_0);
    auto there = older.load<router_peak_ewma::Plugin>();
    FakeCandidates busy{Deployment("a").busy(2), Deployment("b").busy(1)};
    CHECK(there.pick(older.request(), busy) == 1);
    busy.exclude(1);
    CHECK(there.pick(older.request(), busy) == 0);
}
