// Shared values with the fake host, by its clock.
#include <catch2/catch.hpp>
#include <sluice/kv.hpp>
#include <sluice/testing/fake_host.hpp>

using sluice::testing::FakeHost;

namespace {

// Three requests a minute for each user.
struct Quota {
    Quota(std::string_view, sluice::Host host) : kv(host) {}
    sluice::Verdict pre_call(sluice::Request request) {
        if (kv.add("user:" + std::string(request.user()), 1, 60'000).value_or(0) <= 3)
            return sluice::Verdict::Continue;
        return request.block(sluice::Refusal{"too many requests"}.withStatus(429));
    }
    sluice::Kv kv;
};

}  // namespace

TEST_CASE("a quota in the shared values") {
    FakeHost host;
    auto quota = host.load<Quota>();
    for (int i = 0; i < 3; ++i) CHECK(quota.preCall(host.request("{}")).continued());
    auto refused = host.request("{}");
    CHECK(quota.preCall(refused).blocked());
    CHECK(refused.blockStatus() == 429);
    host.advance(60'000);
    CHECK(quota.preCall(host.request("{}")).continued());
}

TEST_CASE("shared values come, end and go") {
    FakeHost host;
    auto quota = host.load<Quota>();
    const sluice::Kv& kv = quota.as<Quota>().kv;
    CHECK_FALSE(kv.get("a"));
    CHECK(kv.put("a", "text", 100));
    CHECK(kv.get("a") == "text");
    CHECK_FALSE(kv.add("a", 1));
    host.advance(100);
    CHECK_FALSE(kv.get("a"));
    CHECK_FALSE(kv.put("", "x"));
    CHECK(kv.put("b", "1"));
    CHECK(kv.add("b", 4) == 5);
    CHECK(kv.remove("b"));
    CHECK_FALSE(kv.remove("b"));
}

TEST_CASE("without the capability the plugin is told at once") {
    FakeHost host;
    host.capabilities.clear();
    CHECK(host.refusal<Quota>("{}").find("\"kv\"") != std::string::npos);
}
