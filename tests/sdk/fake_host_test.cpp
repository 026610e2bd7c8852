// FakeHost: hooks, what they may do in which phase, and the state of a request.
#include <catch2/catch.hpp>

#include <sluice/testing/fake_host.hpp>

#include <functional>

namespace {

using sluice::Verdict;
using sluice::testing::FakeCandidates;
using sluice::testing::FakeHost;

// Does what the test says, in every phase.
struct Puppet {
    struct PerRequest {
        int hooks = 0;
    };
    using Act = std::function<Verdict(sluice::Request)>;
    static inline Act act;

    Puppet(std::string_view config, sluice::Host host) {
        if (config == "null") throw sluice::ConfigError("there is no configuration");
        host.info("made");
    }
    Verdict run(sluice::Request r) {
        ++r.state<PerRequest>().hooks;
        return act(r);
    }
    Verdict on_request(sluice::Request r) { return run(r); }
    Verdict authenticate(sluice::Request r) { return run(r); }
    Verdict authorize(sluice::Request r) { return run(r); }
    Verdict pre_call(sluice::Request r) { return run(r); }
    Verdict route(sluice::Request, const sluice_candidates& c) {
        c.drop(&c, 0, sluice::str("too small"));
        return Verdict::Continue;
    }
    Verdict on_upstream_request(sluice::Attempt a) {
        a.setUpstreamHeader("x-one", "1");
        a.setUpstreamMember("model", "\"other\"");
        a.setPath("/elsewhere");
        return run(a);
    }
    Verdict post_call(sluice::Response r) {
        r.setResponseBody("changed");
        return run(r);
    }
    Verdict on_response(sluice::Response r) {
        r.setResponseHeader("x-two", "2");
        return run(r);
    }
    void on_complete(const sluice_record& record) { completed = sluice::view(record.outcome); }
    int32_t pick(sluice::Request, const sluice_candidates& c) {
        return c.drop(&c, 1, {}) == SLUICE_OK ? SLUICE_E_INTERNAL : 1;
    }
    std::string export_state() const { return completed; }
    bool import_state(std::string_view bytes) {
        completed = bytes;
        return !bytes.empty();
    }
    std::string completed;
};

struct Asks {
    FakeHost host;
    sluice::testing::FakePlugin plugin = host.load<Puppet>();
    sluice::testing::FakeRequest request = host.request(R"({"model":"m","stream":true,"n":1})");

    sluice::testing::Outcome in(
        sluice::testing::Outcome (sluice::testing::FakePlugin::*hook)(const sluice::testing::FakeRequest&),
        Puppet::Act act) {
        Puppet::act = std::move(act);
        return (plugin.*hook)(request);
    }
};

using sluice::testing::FakePlugin;

}  // namespace

TEST_CASE("a plugin that refuses its configuration says why") {
    FakeHost host;
    CHECK_THROWS_WITH(host.load<Puppet>("null"), "there is no configuration");
    CHECK(host.refusal<Puppet>("null") == "there is no configuration");
    CHECK(host.refusal<Puppet>("{}").empty());
    CHECK(host.logged("made"));
}

TEST_CASE_METHOD(Asks, "a block carries its reason and the status of its phase") {
    CHECK(in(&FakePlugin::preCall, [](auto r) { return r.block({"no", "code"}); }).blocked());
    CHECK(request.blockMessage() == "no");
    CHECK(request.blockCode() == "code");
    CHECK(request.blockStatus() == 400);
    CHECK(in(&FakePlugin::authorize, [](auto r) { return r.deny({"no"}); }).denied());
    CHECK(request.blockStatus() == 403);
}

TEST_CASE_METHOD(Asks, "a verdict that the phase does not accept is a failed hook") {
    const auto denied = in(&FakePlugin::preCall, [](auto r) { return r.deny({"no"}); });
    CHECK(denied.failed());
    CHECK(denied.reason() == "verdict 4 is not allowed in pre_call");
    CHECK(in(&FakePlugin::preCall, [](auto) { return Verdict::Respond; }).failed());  // with what?
    CHECK(in(&FakePlugin::preCall, [](auto) { return static_cast<Verdict>(77); }).failed());
    CHECK(in(&FakePlugin::preCall, [](auto) -> Verdict { throw 1; }).failed());
}

TEST_CASE_METHOD(Asks, "a hook that is not there lets the request go on") {
    const auto outcome = plugin.cacheLookup(request);
    CHECK(outcome.continued());
    CHECK_FALSE(outcome.called());
}

TEST_CASE_METHOD(Asks, "the body is there from pre_call on and can be edited only there") {
    CHECK(in(&FakePlugin::onRequest, [](auto r) {
              return r.body().empty() && r.model().empty() && !r.setMember("n", "2") ? Verdict::Continue
                                                                                     : Verdict::Failed;
          }).continued());
    CHECK(in(&FakePlugin::preCall, [](auto r) {
              const bool right = r.model() == "m" && r.stream() && r.member("n") == "1" && !r.member("z") &&
                                 r.setMember("n", "[2]") && !r.setMember("n", "[2") && r.setModel("other");
              return right ? Verdict::Continue : Verdict::Failed;
          }).continued());
    CHECK(request.body() == R"({"model":"m","stream":true,"n":[2]})");
    CHECK(request.model() == "other");
    CHECK(in(&FakePlugin::postCall, [](auto r) {
              return r.setMember("n", "3") || r.setHeader("a", "b") ? Verdict::Failed : Verdict::Continue;
          }).continued());
}

TEST_CASE_METHOD(Asks, "who the caller is counts only if the plugin says so in authenticate") {
    const auto identify = [](auto r) {
        sluice_identity who{};
        who.key_id = sluice::str("key");
        who.tenant = sluice::str("acme");
        return r.identified(who);
    };
    CHECK(in(&FakePlugin::onRequest, identify).failed());
    CHECK(in(&FakePlugin::authenticate, identify).identified());
    CHECK(request.identity().tenant == "acme");
    CHECK(in(&FakePlugin::authenticate, [](auto) { return Verdict::Identified; }).failed());
    request.withIdentity({"k", "other", "me"});
    CHECK(in(&FakePlugin::preCall, [](auto r) { return r.block({r.user()}); }).blocked());
    CHECK(request.blockMessage() == "me");
}

TEST_CASE_METHOD(Asks, "an attempt and an answer have edits of their own") {
    request.withStream(false).withResponse(200, "whole", {{"X-Old", "0"}});
    const auto nothing = [](auto) { return Verdict::Continue; };
    CHECK(in(&FakePlugin::onUpstreamRequest, nothing).continued());
    CHECK(request.upstreamHeader("X-One") == "1");
    CHECK(request.upstreamPath() == "/elsewhere");
    CHECK(request.upstreamMember("model") == "\"other\"");
    CHECK(request.member("model") == "\"m\"");
    CHECK(in(&FakePlugin::postCall, nothing).continued());
    CHECK(request.responseBody() == "changed");
    CHECK(in(&FakePlugin::onResponse, nothing).continued());
    CHECK(request.responseHeader("x-two") == "2");
    CHECK(request.responseHeader("x-old") == "0");
}

TEST_CASE("a state is begun once for each request and ended once") {
    FakeHost host;
    Puppet::act = [](auto) { return Verdict::Continue; };
    auto plugin = host.load<Puppet>();
    {
        auto first = host.request();
        const auto second = host.request();
        plugin.onRequest(first);
        plugin.preCall(first);
        plugin.preCall(second);
        CHECK(plugin.openStates() == 2);
        first.end();
        CHECK(plugin.openStates() == 1);
        first.end();
        CHECK_THROWS_AS(plugin.preCall(first), std::logic_error);
    }
    CHECK(plugin.openStates() == 0);
}

TEST_CASE_METHOD(Asks, "what the host lends is gone when the hook has returned") {
    std::string_view kept;
    request.withHeader("x-text", "something that is longer than a small string");
    in(&FakePlugin::preCall, [&](auto r) {
        kept = r.header("x-text").value();
        const auto body = r.body();
        r.setMember("n", "7");
        CHECK(body == R"({"model":"m","stream":true,"n":1})");  // until the hook returns it stays
        return Verdict::Continue;
    });
    CHECK(kept.size() == 44);  // its bytes must not be looked at: a sanitizer would end the test
}

TEST_CASE_METHOD(Asks, "candidates are dropped in route and picked by the router") {
    FakeCandidates candidates{{"small"}, {"big"}};
    CHECK(plugin.route(request, candidates).continued());
    CHECK_FALSE(candidates.available(0));
    CHECK(candidates.dropReason(0) == "too small");
    CHECK(plugin.pick(request, candidates) == 1);
    candidates.exclude(1);
    CHECK(plugin.pick(request, candidates) == SLUICE_E_INVALID);
}

TEST_CASE_METHOD(Asks, "records, and a state that survives a reload") {
    CHECK(plugin.onComplete(request.record("blocked", 400)));
    CHECK(plugin.as<Puppet>().completed == "blocked");
    auto after = host.load<Puppet>();
    CHECK(after.importState(plugin.exportState()));
    CHECK(after.as<Puppet>().completed == "blocked");
    CHECK_FALSE(after.importState(""));
}

TEST_CASE_METHOD(Asks, "interfaces that nobody knows are not there") {
    in(&FakePlugin::preCall, [](auto) { return Verdict::Continue; });
    const auto* api = &request.data().contexts.front()->plugin->handle.api;
    CHECK(api->get_interface(api, sluice::str("sluice.host.telepathy/1")) == nullptr);
    CHECK(api->get_interface(api, sluice::str(SLUICE_HOST_ADMIN_ID)) == nullptr);
    CHECK(api->get_interface(api, sluice::str(SLUICE_HOST_HTTP_ID)) != nullptr);
}

TEST_CASE("a host of ABI 1.0 has what that release had") {
    FakeHost host(sluice::testing::Abi::V1_0);
    Puppet::act = [](const sluice::Request& r) { return r.block({"no"}); };
    auto plugin = host.load<Puppet>();
    const auto request = host.request();
    CHECK(plugin.preCall(request).blocked());
    CHECK(request.blockMessage() == "no");
    CHECK(plugin.onUpstreamRequest(request).blocked());
    CHECK(request.upstreamPath() == "/elsewhere");
    FakeCandidates candidates{{"one"}, {"two"}};
    CHECK(plugin.route(request, candidates).continued());
    CHECK(candidates.dropReason(0) == "too small");
    CHECK(plugin.pick(request, candidates) == 1);
    plugin.onComplete(request.record("blocked"));
    CHECK(plugin.as<Puppet>().completed == "blocked");

    const sluice::Host seen(plugin.host());
    CHECK(seen.find<sluice_host_content>(SLUICE_HOST_CONTENT_ID) == nullptr);
    const auto* reply = seen.find<sluice_host_reply>(SLUICE_HOST_REPLY_ID);
    REQUIRE(reply);
    CHECK(SLUICE_HAS(reply, identify));
    CHECK_FALSE(SLUICE_HAS(reply, failed));
}
