// A strategy in one method, in the hands of the fake host.
#include <catch2/catch.hpp>

#include <sluice/strategy.hpp>
#include <sluice/testing/fake_host.hpp>

#include <limits>

namespace {

using sluice::testing::FakeCandidates;
using sluice::testing::FakeHost;

constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
constexpr double kLast = std::numeric_limits<double>::infinity();

struct ByOrder : sluice::Strategy {
    ByOrder(std::string_view, sluice::Host) {}
    double score(const sluice::Candidate& c) override {
        if (c.provider() == "closed") return kNever;
        if (c.model() == "broken") throw std::runtime_error("no score");
        return c.order().value_or(kLast);
    }
};
struct Lazy : sluice::Strategy {
    Lazy(std::string_view, sluice::Host) {}
};
struct ByName : sluice::Strategy {
    ByName(std::string_view, sluice::Host) {}
    int32_t choose(sluice::Request request, const sluice::Candidates& all) override {
        for (const auto c : all) {
            if (c.id() == request.model()) return static_cast<int32_t>(c.index());
        }
        return SLUICE_E_UNAVAILABLE;
    }
};

template <class T>
int32_t pick(FakeCandidates& candidates, std::string_view body = "{}") {
    FakeHost host;
    auto plugin = host.load<T>();
    return plugin.pick(host.request(body), candidates);
}

}  // namespace

TEST_CASE("the lowest score wins") {
    FakeCandidates all{{"a", -1, -1, -1, 2}, {"b", -1, -1, -1, 1}, {"c"}};
    CHECK(pick<ByOrder>(all) == 1);
    all.exclude(1);
    CHECK(pick<ByOrder>(all) == 0);
    all.exclude(0);
    CHECK(pick<ByOrder>(all) == 2);  // infinity is the last resort
    all.exclude(2);
    CHECK(pick<ByOrder>(all) == SLUICE_E_UNAVAILABLE);
}

TEST_CASE("of equal scores the least busy, of those the first") {
    FakeCandidates all{{"a", -1, -1, -1, 1, 3}, {"b", -1, -1, -1, 1, 2}, {"c", -1, -1, -1, 1, 2}};
    CHECK(pick<ByOrder>(all) == 1);
    FakeCandidates infinite{{"a", -1, -1, -1, -1, 3}, {"b", -1, -1, -1, -1, 2}};
    CHECK(pick<ByOrder>(infinite) == 1);
    FakeCandidates busy{{"a", 1, 1, 1, 9, 5}, {"b", 1, 1, 1, 1, 4}};
    CHECK(pick<Lazy>(busy) == 1);
}

TEST_CASE("NaN is not this one, and an exception is no choice") {
    FakeCandidates all{{"a", -1, -1, -1, 1, 0, "closed"}, {"b", -1, -1, -1, 2}};
    CHECK(pick<ByOrder>(all) == 1);
    FakeCandidates none{{"a", -1, -1, -1, 1, 0, "closed"}};
    CHECK(pick<ByOrder>(none) == SLUICE_E_UNAVAILABLE);
    FakeCandidates broken{{"a", -1, -1, -1, 1, 0, "openai", "broken"}};
    CHECK(pick<ByOrder>(broken) == SLUICE_E_INTERNAL);
}

TEST_CASE("choosing with the request in sight") {
    FakeCandidates all{{"a"}, {"b"}};
    CHECK(pick<ByName>(all, R"({"model":"b"})") == 1);
    CHECK(pick<ByName>(all, R"({"model":"c"})") == SLUICE_E_UNAVAILABLE);
}

namespace {

struct Drops {
    Drops(std::string_view, sluice::Host) {}
    sluice::Verdict route(sluice::Request, const sluice_candidates& given) {
        size_t seen = 0;
        for (const auto c : sluice::Candidates(given)) {
            ++seen;
            if (c.inFlight() > 100) CHECK(c.drop("it is busy"));
        }
        CHECK(seen == 3);
        const sluice::Candidate second(given, 1);
        CHECK((second.weight() == 2.5 && !second.rpm() && second.tpm() == 0 && second.params() == "{}"));
        CHECK_FALSE(sluice::Candidate(given, 0).available());
        return sluice::Verdict::Continue;
    }
};

}  // namespace

TEST_CASE("candidates in the hook route") {
    FakeHost host;
    auto plugin = host.load<Drops>();
    FakeCandidates all{{"busy", -1, -1, -1, -1, 101}, {"idle", 2.5, -1, 0}, {"other"}};
    CHECK(plugin.route(host.request(), all).continued());
    CHECK(all.dropReason(0) == "it is busy");
    CHECK((all.available(1) && all.available(2)));
}
