// consistent-hash: who gets a key, who gets it next, and what moves when deployments come and go.
#include <catch2/catch.hpp>

#include "router_affinity/hash.h"
#include "router_affinity/rendezvous.h"
#include "support.h"

using namespace routers;
using router_affinity::choose;
using router_affinity::hashOf;
using router_affinity::IdHashes;
using sluice::Candidates;

namespace {

constexpr double kNoBound = 1e9;

std::vector<int32_t> choices(const FakeCandidates& all, size_t keys, double factor = kNoBound) {
    IdHashes ids;
    std::vector<int32_t> chosen;
    for (size_t key = 0; key < keys; ++key)
        chosen.push_back(choose(Candidates(*all.table()), hashOf(std::to_string(key), 1), factor, ids));
    return chosen;
}

std::vector<int> shares(const FakeCandidates& all, size_t keys = 40'000) {
    std::vector<int> counts(all.table()->count);
    for (const int32_t choice : choices(all, keys)) ++counts.at(static_cast<size_t>(choice));
    return counts;
}

Deployment numbered(size_t i) { return Deployment("deployment-" + std::to_string(i)); }

}  // namespace

TEST_CASE("rendezvous: keys spread evenly, and the same key always goes to the same") {
    auto all = many<10>(numbered);
    for (const int count : shares(all)) CHECK(count == Approx(4'000).epsilon(0.07));
    CHECK(choices(all, 1'000) == choices(all, 1'000));
}

TEST_CASE("rendezvous: the id decides, not the place") {
    FakeCandidates one{Deployment("a"), Deployment("b"), Deployment("c")};
    FakeCandidates other{Deployment("c"), Deployment("a"), Deployment("b")};
    const auto here = choices(one, 500);
    const auto there = choices(other, 500);
    for (size_t key = 0; key < 500; ++key) CHECK(there[key] == (here[key] + 1) % 3);
}

TEST_CASE("rendezvous: only the keys of who goes move, to everybody who stays") {
    auto all = many<5>(numbered);
    const auto before = choices(all, 20'000);
    all.exclude(2);
    const auto after = choices(all, 20'000);
    std::vector<int> gained(5);
    for (size_t key = 0; key < before.size(); ++key) {
        if (before[key] != 2) CHECK(after[key] == before[key]);
        if (before[key] == 2) ++gained.at(static_cast<size_t>(after[key]));
    }
    CHECK(gained[2] == 0);
    for (const size_t i : {0, 1, 3, 4}) CHECK(gained[i] == Approx(1'000).epsilon(0.15));
    for (const uint32_t i : {0, 1, 3, 4}) all.exclude(i);
    CHECK(choices(all, 1)[0] == SLUICE_E_UNAVAILABLE);
}

TEST_CASE("rendezvous: keys by weight, and one that grows only gains") {
    FakeCandidates small{Deployment("a").weighing(6), Deployment("b").weighing(3),
                         Deployment("canary").weighing(1), Deployment("none"),
                         Deployment("drained").weighing(0)};
    const auto counts = shares(small, 50'000);
    CHECK(counts[0] == Approx(30'000).epsilon(0.03));
    CHECK(counts[1] == Approx(15'000).epsilon(0.04));
    CHECK(counts[2] == Approx(5'000).epsilon(0.07));
    CHECK(counts[3] + counts[4] == 0);
    FakeCandidates grown{Deployment("a").weighing(6), Deployment("b").weighing(3),
                         Deployment("canary").weighing(4), Deployment("none"),
                         Deployment("drained").weighing(0)};
    const auto before = choices(small, 5'000);
    const auto after = choices(grown, 5'000);
    for (size_t key = 0; key < before.size(); ++key) CHECK((after[key] == before[key] || after[key] == 2));
    FakeCandidates zero{Deployment("a").weighing(0), Deployment("b").weighing(0)};
    CHECK(shares(zero, 10'000)[0] == Approx(5'000).epsilon(0.06));
}

TEST_CASE("rendezvous: a full deployment is passed over for the next best of the key") {
    // 8 in flight and this one: 1.25 x 9 / 3 = 3.75, so up to 4 each.
    FakeCandidates all{Deployment("a").busy(4), Deployment("b").busy(3), Deployment("c").busy(1)};
    FakeCandidates without{Deployment("a"), Deployment("b"), Deployment("c")};
    without.exclude(0);
    const auto bounded = choices(all, 300, 1.25);
    CHECK(bounded == choices(without, 300));
    CHECK(bounded != choices(all, 300));
    // 1.5 x 9 / 3 = 4.5, so up to 5: nobody is full.
    CHECK(choices(all, 300, 1.5) == choices(all, 300));
}

TEST_CASE("rendezvous: the bound goes by weight, and somebody always has room") {
    // 7 in flight and this one: a may have 1 x 8 x 3 / 4 = 6, b 2.
    FakeCandidates all{Deployment("a").weighing(3).busy(6), Deployment("b").weighing(1).busy(1)};
    for (const int32_t choice : choices(all, 100, 1)) CHECK(choice == 1);
    FakeCandidates other{Deployment("a").weighing(3).busy(5), Deployment("b").weighing(1).busy(2)};
    for (const int32_t choice : choices(other, 100, 1)) CHECK(choice == 0);
    FakeCandidates alone{Deployment("a").busy(1'000'000)};
    CHECK(choices(alone, 1, 1)[0] == 0);
    FakeCandidates even{Deployment("a").busy(7), Deployment("b").busy(7), Deployment("c").busy(7)};
    for (const int32_t choice : choices(even, 100, 1)) CHECK(choice >= 0);
}

TEST_CASE("rendezvous: who has room is found among more than are kept") {
    // 299 x 4 in flight and this one: 1197 / 300 = 3.99, so up to 4 each, and only the last one has room.
    // 299 x 3: 1.25 x 898 / 300 = 3.74, so up to 4, and everybody has.
    auto all = many<300>([](size_t i) { return numbered(i).busy(i < 299 ? 3 : 0); });
    auto full = many<300>([](size_t i) { return numbered(i).busy(i < 299 ? 4 : 0); });
    size_t moved = 0;
    for (const int32_t choice : choices(full, 200, 1)) moved += choice == 299 ? 1 : 0;
    CHECK(moved == 200);
    CHECK(choices(all, 200, 1.25) == choices(all, 200));
}

TEST_CASE("rendezvous: a hash of bytes tells them apart") {
    CHECK(hashOf("abc", 1) == hashOf("abc", 1));
    CHECK(hashOf("abc", 1) != hashOf("abc", 2));
    CHECK(hashOf("abc", 1) != hashOf(std::string_view("abc\0", 4), 1));
    CHECK(hashOf("", 1) != hashOf(std::string_view("\0", 1), 1));
    CHECK(hashOf("abcdefgh12345678", 1) != hashOf("12345678abcdefgh", 1));
}

TEST_CASE("least busy by weight, for requests without a key") {
    FakeCandidates all{Deployment("a").busy(2), Deployment("b").busy(1), Deployment("c").busy(1)};
    const auto counts = tally(3, 20'000, [&](uint64_t random) {
        return router_affinity::leastBusy(Candidates(*all.table()), random);
    });
    CHECK(counts[0] == 0);
    CHECK(counts[1] == Approx(10'000).epsilon(0.05));
    FakeCandidates weighed{Deployment("a").weighing(4).busy(3), Deployment("b").weighing(1).busy(1),
                           Deployment("c").weighing(0)};
    CHECK(router_affinity::leastBusy(Candidates(*weighed.table()), 5) == 0);
    FakeCandidates zero{Deployment("a").weighing(0), Deployment("b").weighing(0)};
    CHECK(router_affinity::leastBusy(Candidates(*zero.table()), 5) == 0);
    FakeCandidates last{Deployment("a").weighing(0), Deployment("b").weighing(1).busy(9)};
    CHECK(router_affinity::leastBusy(Candidates(*last.table()), 5) == 1);
    FakeCandidates idle{Deployment("a").weighing(3), Deployment("b").weighing(1)};
    CHECK(tally(2, 20'000, [&](uint64_t random) {
              return router_affinity::leastBusy(Candidates(*idle.table()), random);
          })[0] == Approx(15'000).epsilon(0.04));
}
