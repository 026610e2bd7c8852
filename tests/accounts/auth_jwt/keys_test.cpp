// Where keys come from: fetched, fetched anew, not fetched too often, kept while the issuer is away.
#include "gateway.h"
#include "verified.h"

namespace {

size_t fetches(const Gateway& g) { return g.host.http.asked().size(); }

std::string signedBy(const Gateway& g, const char* kind, const char* kid) {
    return signer::token(pair(kind), "RS256", kid, g.claims());
}

constexpr const char* kDocument = "https://issuer.test/.well-known/openid-configuration";

Json discovering() { return {{"jwks_url", nullptr}, {"issuer", nullptr}, {"oidc_issuer", kIssuer}}; }

}  // namespace

TEST_CASE("keys are there before the first request, and fetched anew in the background") {
    Gateway g(Json{{"jwks_ttl_s", 100}});
    CHECK(fetches(g) == 1);
    for (int i = 0; i < 20; ++i) CHECK(g.ask(g.token(Json{{"jti", i}})).empty());
    CHECK(fetches(g) == 1);
    g.host.advance(1'000'000);
    CHECK(fetches(g) >= 10);
    CHECK(fetches(g) <= 13);
}

TEST_CASE("a key that is new: the first token with it waits for a fetch") {
    Gateway g;
    g.publish({pair("RSA").jwk("r1"), pair("RSA#2").jwk("r2")});
    const int64_t before = g.host.wallMs();
    CHECK(g.ask(signedBy(g, "RSA#2", "r2")).empty());
    CHECK(g.host.wallMs() - before <= 300);
    CHECK(g.ask(g.token()).empty());
    CHECK(fetches(g) == 2);
}

TEST_CASE("a new key is fetched even if another one, without a name, might have signed") {
    Gateway g(Json{{"public_keys", {pair("RSA#own").pem()}}});
    g.publish({pair("RSA").jwk("r1"), pair("RSA#2").jwk("r2")});
    CHECK(g.ask(signedBy(g, "RSA#2", "r2")).empty());
    Gateway nameless;
    nameless.publish({pair("RSA#3").jwk()});
    CHECK(nameless.ask(signedBy(nameless, "RSA#3", "")).empty());
    // A key of that name is there: nothing is fetched for a bad signature.
    Gateway named;
    CHECK(named.refused(signedBy(named, "RSA#2", "r1"), "its signature is not valid"));
    CHECK(fetches(named) == 1);
}

TEST_CASE("strangers cannot make us hammer the issuer") {
    Gateway g;
    const int64_t start = g.host.wallMs();
    for (int i = 0; i < 1000; ++i) {
        CHECK(g.refused(signedBy(g, "RSA#2", ("kid" + std::to_string(i)).c_str()), "its key is not known"));
        g.host.advance(35);
    }
    const auto seconds = static_cast<size_t>(g.host.wallMs() - start) / 1000;
    CHECK(fetches(g) - 1 <= seconds / 10 + 1);
    CHECK(fetches(g) > 2);
    // Those that are refused in between do not wait.
    const int64_t before = g.host.wallMs();
    CHECK(g.refused(signedBy(g, "RSA#2", "x"), "its key is not known"));
    CHECK(g.refused(signedBy(g, "RSA#2", "y"), "its key is not known"));
    CHECK(g.host.wallMs() - before <= 300);
}

TEST_CASE("a key that the issuer takes back opens nothing from the next fetch on, cached tokens included") {
    Gateway g;
    const auto token = g.token();
    CHECK(g.ask(token).empty());
    g.publish({pair("P-256").jwk("e1")});
    CHECK(g.ask(token).empty());
    g.host.advance(601'000);
    CHECK_FALSE(g.ask(token).empty());
    CHECK(g.refused(g.token(), "its key is not known"));
}

TEST_CASE("while the issuer is away, or says nonsense, old keys go on") {
    Gateway g(Json{{"jwks_ttl_s", 10}});
    g.down();
    g.host.advance(3'600'000);
    CHECK(g.ask(g.token()).empty());
    CHECK(g.host.logged("nobody answers"));
    CHECK(fetches(g) < 400);
    for (const char* body :
         {"", "[]", "{\"keys\":[]}", "<html>", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"}) {
        g.host.http.answer(kJwks, {200, body});
        g.host.advance(120'000);
        CHECK(g.ask(g.token()).empty());
    }
    g.host.http.answer(kJwks, {500, signer::keySet({pair("RSA#2").jwk("r1")})});
    g.host.advance(120'000);
    CHECK(g.ask(g.token()).empty());
    g.publish({pair("RSA").jwk("r1")});
    g.host.advance(120'000);
    CHECK(g.host.logged("keys can be fetched again"));
}

TEST_CASE("an issuer that has never answered is a 503, not a 401") {
    FakeHost host;
    Gateway g(Json{{"jwks_url", "https://away.test/keys"}}, false, false);
    CHECK(g.ask(g.token()).rfind("503 Service Unavailable", 0) == 0);
    g.host.http.answer("https://away.test/keys", {200, signer::keySet({pair("RSA").jwk("r1")})});
    g.host.advance(60'000);
    CHECK(g.ask(g.token()).empty());
}

TEST_CASE("a slow issuer: two seconds, no more") {
    Gateway g;
    HttpReply slow{200, signer::keySet({pair("RSA").jwk("r1"), pair("RSA#2").jwk("r2")})};
    slow.takes_ms = 4'000;
    g.host.http.answer(kJwks, slow);
    g.host.advance(20'000);
    // The fake fetch lets time pass all at once; what counts is that the request does not add to it.
    const int64_t before = g.host.wallMs();
    (void)g.ask(signedBy(g, "RSA#2", "r2"));
    CHECK(g.host.wallMs() - before <= 4'200);
    g.host.advance(10'000);
    CHECK(g.ask(signedBy(g, "RSA#2", "r2")).empty());
}

TEST_CASE("discovery: the document names the key set and the issuer whose tokens they may sign") {
    Gateway g(discovering(), false, false);
    g.host.http.answer(kDocument, {200, Json{{"issuer", kIssuer}, {"jwks_uri", kJwks}}.dump()});
    g.host.advance(200);
    CHECK(g.ask(g.token()).empty());
    CHECK(g.refused(g.token(Json{{"iss", "https://other.test"}}), "another issuer"));
}

TEST_CASE("discovery documents that are not believed") {
    for (const Json& document :
         {Json{{"issuer", "https://other.test"}, {"jwks_uri", kJwks}}, Json{{"jwks_uri", kJwks}},
          Json{{"issuer", kIssuer}}, Json{{"issuer", kIssuer}, {"jwks_uri", "http://issuer.test/keys"}},
          Json{{"issuer", kIssuer}, {"jwks_uri", 7}}, Json::array()}) {
        CAPTURE(document.dump());
        Gateway g(discovering(), false, false);
        g.host.http.answer("http://issuer.test/keys", {200, signer::keySet({pair("RSA").jwk("r1")})});
        g.host.http.answer(kDocument, {200, document.dump()});
        g.host.advance(200);
        CHECK(g.ask(g.token()).rfind("503 ", 0) == 0);
        CHECK(g.host.logged("its configuration"));
    }
}

TEST_CASE("two issuers: neither signs for the other") {
    Gateway g(Json{{"jwks_url", nullptr},
                   {"issuer", nullptr},
                   {"oidc_issuer", {"https://a.test", "https://b.test/x/"}}},
              false, false);
    const auto publish = [&](const std::string& issuer, const std::string& base, const char* kind) {
        g.host.http.answer(base + "/.well-known/openid-configuration",
                           {200, Json{{"issuer", issuer}, {"jwks_uri", base + "/jwks"}}.dump()});
        g.host.http.answer(base + "/jwks", {200, signer::keySet({pair(kind).jwk("same")})});
    };
    publish("https://a.test", "https://a.test", "RSA");
    publish("https://b.test/x/", "https://b.test/x", "RSA#2");
    g.host.advance(200);
    const auto token = [&](const char* kind, const char* iss) {
        return signer::token(pair(kind), "RS256", "same", g.claims(Json{{"iss", iss}}));
    };
    CHECK(g.ask(token("RSA", "https://a.test")).empty());
    CHECK(g.ask(token("RSA#2", "https://b.test/x/")).empty());
    CHECK(g.refused(token("RSA", "https://b.test/x/"), "another issuer"));
    CHECK(g.refused(token("RSA#2", "https://a.test"), "another issuer"));
}

TEST_CASE("keys outlive a reload while the issuer is away") {
    Gateway g;
    const std::string state = g.plugin.exportState();
    Gateway next(Json::object(), false, false);
    next.down();
    CHECK(next.plugin.importState(state));
    CHECK(next.ask(next.token()).empty());
    Gateway other(Json{{"jwks_url", "https://elsewhere.test/keys"}}, false, false);
    CHECK(other.plugin.importState(state));  // of another source: not ours
    CHECK_FALSE(other.ask(other.token()).empty());
    for (const char* odd : {"", "[]", "{}", "[7]", R"([{"url":"https://issuer.test/keys","body":"x"}])"})
        CHECK(other.plugin.importState(odd));
}

TEST_CASE("without the capability to call out it says so") {
    FakeHost host;
    host.capabilities.clear();
    auto plugin = host.load(*sluice_plugin_entry_v1(), Gateway::config(Json::object()));
    CHECK(plugin.start().empty());
    host.advance(200);
    CHECK(host.logged("the capability \"net\" is not granted"));
}

TEST_CASE("the table of tokens is bounded; the oldest go first") {
    auth_jwt::VerifiedTokens tokens(160);
    const auto digest = [](int i) { return accounts::Digest("token-" + std::to_string(i)); };
    for (int i = 0; i < 5'000; ++i) {
        tokens.put(digest(i), std::make_shared<const auth_jwt::Verified>());
        tokens.put(digest(i), std::make_shared<const auth_jwt::Verified>());  // again: it is there once
        CHECK(tokens.find(digest(i)) != nullptr);
    }
    CHECK(tokens.size() <= 160);
    CHECK(tokens.size() >= 100);
    CHECK(tokens.find(digest(0)) == nullptr);
}
