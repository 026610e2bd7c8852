// TextGuard with the fake host: one method, and requests, answers and streams are guarded alike.
#include <catch2/catch.hpp>
#include <sluice/guard.hpp>
#include <sluice/testing/fake_host.hpp>

using sluice::GuardAction;
using sluice::GuardPolicy;
using sluice::testing::FakeHost;

namespace {

struct Falcon : sluice::TextGuard {
    Falcon(std::string_view config, sluice::Host host) : TextGuard(host, policyOf(config)) {}
    static GuardPolicy policyOf(std::string_view config) {
        GuardPolicy policy;
        policy.name = "falcon";
        if (config == "block") policy.action = GuardAction::Block;
        if (config == "observe") policy.action = GuardAction::Observe;
        policy.needs_all = config == "all";
        return policy;
    }
    std::vector<sluice::Span> find(std::string_view text) const override {
        const size_t at = text.find("Falcon");
        if (at == std::string_view::npos) return {};
        return {{at, at + 6}};
    }
    size_t longest() const override { return 6; }
};

}  // namespace

TEST_CASE("a text guard masks requests, answers and streams") {
    FakeHost host;
    auto guard = host.load<Falcon>("mask");
    auto request = host.request(
        R"({"model":"m","stream":true,"messages":[{"role":"user","content":"about \"Falcon\""}]})");
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() ==
          R"({"model":"m","stream":true,"messages":[{"role":"user","content":"about \"[REDACTED]\""}]})");
    CHECK(request.attribute("guard.falcon") == "found");
    for (uint64_t seed = 0; seed < 20; ++seed) {
        auto stream = host.stream(request);
        REQUIRE(stream.pushCut("The Falcon flies. Falc", seed));
        REQUIRE(stream.end());
        CHECK(stream.text() == "The [REDACTED] flies. Falc");
    }
    request.withResponse(200, R"({"choices":[{"message":{"content":"Falcon"}}]})");
    CHECK(guard.postCall(request).continued());
    CHECK(request.responseBody() == R"({"choices":[{"message":{"content":"[REDACTED]"}}]})");
}

TEST_CASE("a text guard blocks before the text has gone") {
    FakeHost host;
    auto guard = host.load<Falcon>("block");
    auto bad = host.request(R"({"model":"m","messages":[{"role":"user","content":"Falcon"}]})");
    CHECK(guard.preCall(bad).blocked());
    CHECK(bad.blockCode() == "content_blocked");
    auto request = host.request(R"({"model":"m","stream":true,"messages":[]})");
    CHECK(guard.preCall(request).continued());
    auto stream = host.stream(request);
    CHECK(stream.push("a Fal"));
    CHECK_FALSE(stream.push("con b"));
    CHECK(stream.text().find("Fal") == std::string::npos);
}

TEST_CASE("a text guard that only observes lets everything go") {
    FakeHost host;
    auto guard = host.load<Falcon>("observe");
    auto request = host.request(R"({"model":"m","stream":true,"input":"a"})");
    CHECK(guard.preCall(request).continued());
    CHECK(request.subscriptions().empty());
    auto stream = host.stream(request);
    CHECK(stream.push("Falcon"));
    CHECK(stream.end());
    CHECK_FALSE(request.attribute("guard.falcon"));
    CHECK(guard.postCall(request).continued());
    CHECK(request.attribute("guard.falcon") == "found");
}
