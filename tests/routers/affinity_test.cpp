// consistent-hash as a plugin: sessions stay where they are, requests without a key go to who is idle.
#include <catch2/catch.hpp>

#include "router_affinity/plugin.h"
#include "support.h"

using namespace routers;
using router_affinity::Plugin;

namespace {

Deployment numbered(size_t i) { return Deployment("deployment-" + std::to_string(i)); }

std::string session(size_t i) { return R"({"prompt_cache_key":")" + std::to_string(i) + "\"}"; }

}  // namespace

TEST_CASE("affinity: a session stays, sessions spread") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto all = many<4>(numbered);
    std::vector<int> counts(4);
    for (size_t i = 0; i < 2'000; ++i) {
        const int32_t choice = plugin.pick(host.request(session(i)), all);
        CHECK(plugin.pick(host.request(session(i)), all) == choice);
        ++counts.at(static_cast<size_t>(choice));
    }
    for (const int count : counts) CHECK(count == Approx(500).epsilon(0.2));
}

TEST_CASE("affinity: gateways choose alike") {
    FakeHost one, other;
    one.seed(1);
    other.seed(2);
    auto here = one.load<Plugin>();
    auto there = other.load<Plugin>();
    auto all = many<7>(numbered);
    for (size_t i = 0; i < 200; ++i)
        CHECK(here.pick(one.request(session(i)), all) == there.pick(other.request(session(i)), all));
}

TEST_CASE("affinity: without a key the least busy") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    FakeCandidates all{Deployment("a").busy(1), Deployment("b"), Deployment("c").busy(1)};
    CHECK(plugin.pick(host.request("{}"), all) == 1);
    auto only_user = host.load<Plugin>(R"({"by":["user"]})");
    for (size_t i = 0; i < 50; ++i) CHECK(only_user.pick(host.request(session(i)), all) == 1);
}

TEST_CASE("affinity: the bound on load is the configuration's") {
    FakeHost host;
    auto tight = host.load<Plugin>();
    auto loose = host.load<Plugin>(R"({"load_factor":1000})");
    FakeCandidates idle{Deployment("a"), Deployment("b")};
    FakeCandidates busy{Deployment("a").busy(50), Deployment("b").busy(1)};
    size_t of_a = 0;
    for (size_t i = 0; i < 50; ++i) {
        CHECK(tight.pick(host.request(session(i)), busy) == 1);
        CHECK(loose.pick(host.request(session(i)), busy) == loose.pick(host.request(session(i)), idle));
        of_a += loose.pick(host.request(session(i)), busy) == 0 ? 1 : 0;
    }
    CHECK((of_a > 10 && of_a < 40));
}

TEST_CASE("affinity: what the configuration refuses") {
    FakeHost host;
    CHECK(host.refusal<Plugin>(R"({"by":["session","prefix"]})").empty());
    CHECK(host.refusal<Plugin>(R"({"by":["mood"]})") ==
          "by: found another text; allowed: session, user, prefix");
    CHECK(host.refusal<Plugin>(R"({"prefix_bytes":"many"})").find("prefix_bytes") == 0);
}

TEST_CASE("affinity in a host of the first release, where deployments have no numbers") {
    FakeHost today, older(sluice::testing::Abi::V1_0);
    auto here = today.load<Plugin>();
    auto there = older.load<Plugin>();
    auto all = many<7>(numbered);
    for (size_t i = 0; i < 100; ++i)
        CHECK(here.pick(today.request(session(i)), all) == there.pick(older.request(session(i)), all));
}
