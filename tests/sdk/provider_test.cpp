// A provider in one method, in the hands of the fake host.
#include <catch2/catch.hpp>

#include <sluice/provider.hpp>
#include <sluice/testing/fake_host.hpp>

namespace {

using sluice::testing::FakeHost;

struct Acme : sluice::Provider {
    Acme(std::string_view, sluice::Host host) : Provider(host, {"https://api.acme.com/v1/"}) {}
    sluice_status adapt(const Deployment& deployment, const sluice::Attempt& attempt) override {
        if (deployment.params.text("region") == "moon") return SLUICE_E_UNSUPPORTED;
        (void)attempt.removeUpstreamMember("logit_bias");
        (void)attempt.setUpstreamHeader("x-model", deployment.model);
        return SLUICE_OK;
    }
};
struct Bare : sluice::Provider {
    Bare(std::string_view, sluice::Host host) : Provider(host, {"", "api-key", ""}) {}
    sluice_status adapt(const Deployment&, const sluice::Attempt&) override { return SLUICE_OK; }
    std::string_view routePath(std::string_view route) override {
        return route == "chat" ? "/talk" : std::string_view();
    }
};

struct Asks {
    FakeHost host;
    sluice::testing::FakePlugin plugin = host.load<Acme>();

    std::string fault(std::string_view params) {
        try {
            (void)plugin.open("acme", "m", params);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "nothing";
    }
};

}  // namespace

TEST_CASE("an attempt has its path, key, fields and model, and what the plugin adds") {
    Asks a;
    a.host.secrets["K"] = "sk-1";
    const auto deployment = a.plugin.open(
        "acme", "large", R"({"api_key":{"$secret":"K"},"extra_headers":{"X-Extra":"1"},"x":[1]})");
    CHECK(deployment.baseUrl() == "https://api.acme.com/v1");
    auto request = a.host.request(R"({"model":"group","logit_bias":{},"n":1})")
                       .withHeader("authorization", "Bearer the client's")
                       .withHeader("user-agent", "curl")
                       .withAttempt("d", "acme", "large");
    CHECK(a.plugin.prepare(deployment, request) == SLUICE_OK);
    CHECK(request.upstreamPath() == "/chat/completions");
    CHECK(request.upstreamHeader("authorization") == "Bearer sk-1");
    CHECK(request.upstreamHeader("x-extra") == "1");
    CHECK(request.upstreamHeader("x-model") == "large");
    CHECK(request.upstreamHeader("user-agent") == "curl");
    CHECK(request.upstreamHeader("content-type") == "application/json");
    CHECK(request.upstreamBody() == R"({"model":"large","n":1})");
}

TEST_CASE("routes that the upstream has, and others") {
    Asks a;
    const auto deployment = a.plugin.open("acme", "m", "{}");
    for (const auto& [route, path] : {std::pair{"embeddings", "/embeddings"},
                                      {"audio_speech", "/audio/speech"},
                                      {"responses", "/responses"}}) {
        auto request = a.host.request().withRoute(route);
        CHECK(a.plugin.prepare(deployment, request) == SLUICE_OK);
        CHECK(request.upstreamPath() == path);
        CHECK_FALSE(request.upstreamHeader("authorization"));
    }
    CHECK(a.plugin.prepare(deployment, a.host.request().withRoute("messages")) == SLUICE_E_UNSUPPORTED);
    const auto moon = a.plugin.open("acme", "m", R"({"region":"moon"})");
    CHECK(a.plugin.prepare(moon, a.host.request()) == SLUICE_E_UNSUPPORTED);
    auto bare = a.host.load<Bare>();
    const auto other = bare.open("bare", "m", R"({"base_url":"http://h:1/x","api_key":"k"})");
    auto request = a.host.request();
    CHECK(bare.prepare(other, request) == SLUICE_OK);
    CHECK(request.upstreamPath() == "/talk");
    CHECK(request.upstreamHeader("api-key") == "k");
    CHECK(bare.prepare(other, a.host.request().withRoute("embeddings")) == SLUICE_E_UNSUPPORTED);
}

TEST_CASE("a stream is asked for its usage, and the client's options stay") {
    Asks a;
    const auto deployment = a.plugin.open("acme", "m", "{}");
    const auto prepared = [&](const sluice::testing::FakeDeployment& d, std::string options) {
        auto request = a.host.request(R"({"model":"model","stream":true)" + options + "}");
        CHECK(a.plugin.prepare(d, request) == SLUICE_OK);
        return request.upstreamMember("stream_options") +
               (request.attribute("sluice.hide_usage_chunk") ? " hidden" : "");
    };
    CHECK(prepared(deployment, "") == R"({"include_usage":true} hidden)");
    CHECK(prepared(deployment, R"(,"stream_options":null)") == R"({"include_usage":true} hidden)");
    CHECK(prepared(deployment, R"(,"stream_options":{"a":1})") == R"({"include_usage":true,"a":1} hidden)");
    CHECK(prepared(deployment, R"(,"stream_options":{"include_usage":true})") == R"({"include_usage":true})");
    CHECK(prepared(deployment, R"(,"stream_options":7)") == "7");
    CHECK(prepared(a.plugin.open("acme", "m", R"({"stream_usage":false})"), "").empty());
}

TEST_CASE("a deployment is refused in words that hold no secret") {
    Asks a;
    a.host.secrets["K"] = "sk-1\n";
    CHECK(a.fault(R"({"api_key":{"$secret":"K"}})") ==
          "api_key: contains a line break or another control character");
    CHECK(a.fault(R"({"api_key":12345})") == "api_key: found a number; allowed: a text");
    CHECK(a.fault(R"({"api_key":{"$secret":"unknown"}})").find("the host does not know") !=
          std::string::npos);
    CHECK(a.fault(R"({"api_base":"ftp://x"})") == "api_base: must start with http:// or https://");
    CHECK(a.fault(R"({"api_base":"http://"})") == "api_base: names no host");
    CHECK(a.fault(R"({"api_base":"http:///"})") == "api_base: names no host");
    CHECK(a.fault(R"({"api_base":"http://x?y"})") ==
          "api_base: must have no query, no fragment and no space");
    CHECK(a.fault(R"({"extra_headers":[]})") == "extra_headers: found a list; allowed: an object");
    CHECK(a.fault(R"({"extra_headers":{"a b":"c"}})") == "extra_headers.a b: is no field name");
    CHECK(a.fault(R"({"extra_headers":{"a":1}})") == "extra_headers.a: found a number; allowed: a text");
    CHECK(a.fault(R"({"stream_usage":"no"})") == "stream_usage: found a text; allowed: true or false");
    CHECK(a.fault(R"({"api_base":null,"api_key":null})") == "nothing");
    auto bare = a.host.load<Bare>();
    CHECK_THROWS_WITH(bare.open("bare", "m", "{}"), "api_base: bare has no default, so it is required");
}
