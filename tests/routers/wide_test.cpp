// All candidates of a group at once: the same as one by one.
#include <catch2/catch.hpp>

#include <set>

#include "support.h"

using routers::FakeCandidates;
using sluice::Candidates;

namespace {

FakeCandidates hundred() {
    return routers::many<100>([](size_t i) {
        return routers::Deployment("d" + std::to_string(i)).busy(static_cast<uint32_t>(i % 7));
    });
}

std::set<uint32_t> seenBy(const Candidates& all) {
    std::set<uint32_t> seen;
    for (const auto candidate : all) {
        CHECK(candidate.id() == "d" + std::to_string(candidate.index()));
        CHECK(candidate.inFlight() == candidate.index() % 7);
        seen.insert(candidate.index());
    }
    return seen;
}

}  // namespace

TEST_CASE("rows and bits show what at() and available() show", "[wide]") {
    FakeCandidates given = hundred();
    for (const uint32_t gone : {0u, 1u, 31u, 63u, 64u, 65u, 98u, 99u}) given.exclude(gone);
    const Candidates all(*given.table());
    REQUIRE(all.wide());
    std::set<uint32_t> model;
    for (uint32_t i = 0; i < 100; ++i) {
        if (given.available(i)) model.insert(i);
        CHECK((all.availableBits()[i / 64] >> (i % 64) & 1) == (given.available(i) ? 1u : 0u));
        CHECK(all.deployments()[i] == i);
    }
    CHECK(seenBy(all) == model);
    CHECK(all.availableBits()[1] >> 36 == 0);  // nothing behind the last one
    const FakeCandidates other = hundred();
    CHECK(Candidates(*other.table()).group() != all.group());
    CHECK_FALSE(Candidates(*given.table(sluice::testing::Abi::V1_0)).wide());
}

TEST_CASE("keep drops the others, with a reason, and only in route", "[wide]") {
    FakeCandidates given = hundred();
    given.exclude(3);
    const Candidates all(*given.table());
    const uint64_t bits[] = {0b11010, 1};  // 1, 3, 4 and 64
    CHECK_FALSE(all.keep(bits, "no"));
    CHECK(seenBy(all).size() == 99);
    given.openForRoute(true);
    CHECK(all.keep(bits, "no"));
    CHECK(seenBy(all) == std::set<uint32_t>{1, 4, 64});
    CHECK(given.dropReason(0) == "no");
    CHECK(given.dropReason(4).empty());
}

TEST_CASE("what is dropped on the way does not come", "[wide]") {
    FakeCandidates given = hundred();
    given.openForRoute(true);
    const Candidates all(*given.table());
    size_t seen = 0;
    for (const auto candidate : all) {
        ++seen;
        if (candidate.index() + 1 < 100)
            (void)sluice::Candidate(*given.table(), candidate.index() + 1).drop("next");
    }
    CHECK(seen == 50);
}
