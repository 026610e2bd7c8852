// Tokens at the plugin's door: good ones, and every way of forging one.
#include "gateway.h"

namespace {

// The claims of a good token as text, to be broken by hand.
std::string payloadOf(const Gateway& g) { return g.claims().dump(); }

std::string rs256(const std::string& header, const std::string& payload) {
    return signer::token(pair("RSA"), "RS256", header, payload);
}

const char* kHeader = R"({"alg":"RS256","kid":"r1"})";

}  // namespace

TEST_CASE("a good token, in every field where a client may put it, and in every algorithm of its keys") {
    Gateway g;
    g.publish({pair("RSA").jwk("RSA"), pair("P-256").jwk("P-256"), pair("P-384").jwk("P-384"),
               pair("P-521").jwk("P-521"), pair("Ed25519").jwk("Ed25519")});
    for (const auto& [kind, alg] : {std::pair("RSA", "RS256"),
                                    {"RSA", "RS384"},
                                    {"RSA", "RS512"},
                                    {"RSA", "PS256"},
                                    {"RSA", "PS384"},
                                    {"RSA", "PS512"},
                                    {"P-256", "ES256"},
                                    {"P-384", "ES384"},
                                    {"P-521", "ES512"},
                                    {"Ed25519", "EdDSA"}}) {
        CAPTURE(alg);
        CHECK(g.ask(signer::token(pair(kind), alg, kind, g.claims())).empty());
        CHECK(g.ask(signer::token(pair(kind), alg, "", g.claims())).empty());
    }
    for (const char* field :
         {"authorization", "x-litellm-api-key", "api-key", "x-api-key", "x-goog-api-key"}) {
        CAPTURE(field);
        auto request = g.host.request(R"({"model":"gpt"})")
                           .withHeader(field, signer::token(pair("RSA"), "RS256", "RSA", g.claims()));
        CHECK(g.ask(request).empty());
        CHECK(request.identity().key_id.size() == 64);
        CHECK_FALSE(request.identity().admin);
    }
    CHECK(g.ask("sk-1234567890") == "not ours");
    CHECK(g.ask(g.host.request("{}")) == "not ours");
}

TEST_CASE("no signature, no algorithm, somebody else's algorithm") {
    Gateway g;
    const auto good = g.token();
    const auto body = good.substr(0, good.rfind('.'));
    CHECK(g.ask(good).empty());
    CHECK(g.refused(body + ".", "not signed"));
    for (const char* alg :
         {"none", "None", "NONE", "nOnE", "", "RS1", "HS256 ", "rs256", "ES256K", "RSA1_5", "dir"}) {
        CAPTURE(alg);
        const auto header = Json{{"alg", alg}, {"kid", "r1"}}.dump();
        const auto unsigned_token = signer::base64url(header) + "." + signer::base64url(payloadOf(g)) + ".";
        CHECK(g.refused(unsigned_token, "algorithm"));
        CHECK(g.refused(rs256(header, payloadOf(g)), "algorithm"));
    }
    for (const char* header : {R"({"kid":"r1"})", R"({"alg":null,"kid":"r1"})",
                               R"({"alg":["RS256"],"kid":"r1"})", R"({"alg":7,"kid":"r1"})"})
        CHECK(g.refused(rs256(header, payloadOf(g)), "it names no algorithm"));
}

TEST_CASE("a public key is no secret: HMAC with what everybody knows") {
    Gateway g;
    Gateway pem(Json{{"jwks_url", nullptr}, {"public_keys", {pair("RSA").pem()}}});
    const auto secrets = {pair("RSA").pem(), pair("RSA").jwk("r1").dump(),
                          pair("RSA").jwk()["n"].get<std::string>(), std::string(), std::string("AQAB")};
    for (const auto& secret : secrets) {
        for (const char* alg : {"HS256", "HS384", "HS512"}) {
            for (const char* kid : {R"(,"kid":"r1")", ""}) {
                const auto header = std::string(R"({"alg":")") + alg + "\"" + kid + "}";
                CHECK(g.refused(signer::token(secret, alg, header, payloadOf(g)), "its key is not known"));
                CHECK(
                    pem.refused(signer::token(secret, alg, header, payloadOf(pem)), "its key is not known"));
            }
        }
    }
}

TEST_CASE("keys that the token brings along are not looked at") {
    Gateway g;
    const auto& mine = pair("RSA#attacker");
    for (const Json& more : {Json{{"jwk", mine.jwk("r1")}}, Json{{"jku", "https://attacker.test/keys"}},
                             Json{{"x5u", "https://attacker.test/cert"}}, Json{{"x5c", {"MIIB"}}}}) {
        Json header{{"alg", "RS256"}, {"kid", "r1"}};
        header.merge_patch(more);
        CAPTURE(header.dump());
        CHECK(g.refused(signer::token(mine, "RS256", header.dump(), payloadOf(g)),
                        "its signature is not valid"));
        header["kid"] = "not-there";
        CHECK(g.refused(signer::token(mine, "RS256", header.dump(), payloadOf(g)), "its key is not known"));
        CHECK(g.ask(rs256(Json{{"alg", "RS256"}, {"kid", "r1"}, {"jku", "https://attacker.test/keys"}}.dump(),
                          payloadOf(g)))
                  .empty());
    }
    for (const auto& asked : g.host.http.asked()) CHECK(asked.url == kJwks);
}

TEST_CASE("names of keys: unknown, odd, and of another kind") {
    Gateway g;
    for (const char* kid :
         {"../../../../dev/null", "' OR 1=1 --", "e1", "r2", "https://attacker.test/keys", "r1 ", "R1"}) {
        CAPTURE(kid);
        CHECK(g.refused(signer::token(pair("RSA"), "RS256", kid, g.claims()), "its key is not known"));
    }
    for (const char* header :
         {R"({"alg":"RS256","kid":7})", R"({"alg":"RS256","kid":null})", R"({"alg":"RS256","kid":["r1"]})"})
        CHECK(g.refused(rs256(header, payloadOf(g)), "its kid is no text"));
    CHECK(g.refused(rs256(Json{{"alg", "RS256"}, {"kid", std::string(600, 'k')}}.dump(), payloadOf(g)),
                    "its kid is no text"));
    CHECK(g.refused(signer::token(pair("RSA#2"), "RS256", "r1", g.claims()), "its signature is not valid"));
    CHECK(g.refused(signer::token(pair("RSA#2"), "RS256", "", g.claims()), "its signature is not valid"));
}

TEST_CASE("extensions that nobody here understands") {
    Gateway g;
    for (const char* header :
         {R"({"alg":"RS256","kid":"r1","crit":["exp"]})", R"({"alg":"RS256","kid":"r1","crit":[]})",
          R"({"alg":"RS256","kid":"r1","b64":false,"crit":["b64"]})"})
        CHECK(g.refused(rs256(header, payloadOf(g)), "crit"));
}

TEST_CASE("the same member twice, at any depth, under any spelling") {
    Gateway g;
    const auto payload = payloadOf(g);
    for (const char* header :
         {R"({"alg":"RS256","kid":"r1","alg":"RS256"})", R"({"alg":"RS256","kid":"r1","\u0061lg":"none"})"})
        CHECK(g.refused(rs256(header, payload), "a member is there twice"));
    for (const char* more : {R"(,"exp":99999999999})", R"(,"sub":"root"})", R"(,"realm":{"a":1,"a":2}})"})
        CHECK(g.refused(rs256(kHeader, payload.substr(0, payload.size() - 1) + more),
                        "a member is there twice"));
}

TEST_CASE("other bytes for the same token, and what is no token at all") {
    Gateway g;
    const auto good = g.token();
    const auto body = good.substr(0, good.rfind('.') + 1), signature = good.substr(good.rfind('.') + 1);
    CHECK(g.refused(good + "=", "base64url"));
    CHECK(g.refused(good + "AAA", ""));
    // 256 bytes end in a digit of which four bits count: the other fifteen spellings are none.
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const auto last = digits.find(signature.back());
    for (size_t i = 1; i < 4; ++i) {
        auto other = signature;
        other.back() = digits[(last & ~15u) + ((last + i) & 15u)];
        CHECK(g.refused(body + other, ""));
    }
    std::string standard = signature;
    for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
    if (standard != signature) CHECK(g.refused(body + standard, "base64url"));
    CHECK(g.refused(rs256(kHeader, "[]"), "claims are malformed"));
    CHECK(g.refused(rs256(kHeader, "\xef\xbb\xbf" + payloadOf(g)), "claims are malformed"));
    CHECK(g.refused(rs256(kHeader, payloadOf(g) + "{}"), "claims are malformed"));
    CHECK(g.refused(rs256("[]", payloadOf(g)), "header is malformed"));
    CHECK(g.refused("e30.e30.e30", "algorithm"));
    CHECK(g.refused("a.b.c", ""));
}

TEST_CASE("tokens of 16 KiB and more") {
    Gateway g;
    const auto size_of = [&](size_t padding) { return g.token(Json{{"pad", std::string(padding, 'x')}}); };
    size_t padding = 11'000;
    while (size_of(padding).size() <= 16 * 1024) padding += 1;
    CHECK(g.ask(size_of(padding - 1)).empty());
    CHECK(g.refused(size_of(padding), "longer than 16 KiB"));
    CHECK(g.refused(std::string(200'000, 'a') + ".b.c", "longer than 16 KiB"));
}

TEST_CASE("times: expired, not valid yet, from the future, and what is no time") {
    Gateway g;
    const int64_t now = g.host.wallMs() / 1000;
    const auto with = [&](const char* name, const Json& value) { return g.token(Json{{name, value}}); };
    CHECK(g.ask(with("exp", now - 29)).empty());  // leeway
    CHECK(g.refused(with("exp", now - 31), "expired"));
    auto expired = g.request(with("exp", 1));
    CHECK(g.ask(expired).find("expired") != std::string::npos);
    CHECK(expired.block().type == "expired_key");
    CHECK(g.refused(with("exp", nullptr), "has no exp"));
    for (const Json& odd : {Json("9999999999"), Json(-1), Json(true), Json::array({now + 60})})
        CHECK(g.refused(with("exp", odd), "its exp is no time"));
    CHECK(g.ask(with("exp", static_cast<double>(now) + 60.5)).empty());
    CHECK(g.ask(with("exp", 1e300)).empty());
    CHECK(g.ask(with("nbf", now + 29)).empty());
    CHECK(g.refused(with("nbf", now + 32), "not valid yet"));
    CHECK(g.refused(with("iat", now + 32), "not valid yet"));
    CHECK(g.refused(with("nbf", "soon"), "its nbf is no time"));
    Gateway strict(Json{{"leeway_s", 0}});
    CHECK(strict.refused(strict.token(Json{{"exp", strict.host.wallMs() / 1000 - 1}}), "expired"));
}

TEST_CASE("a token that was good is not good for ever") {
    Gateway g;
    const auto token = g.token();
    CHECK(g.ask(token).empty());
    g.host.advance(629'000);
    CHECK(g.ask(token).empty());
    g.host.advance(2'000);
    CHECK(g.refused(token, "expired"));
}

TEST_CASE("issuer and audience") {
    Gateway g;
    CHECK(g.ask(g.token(Json{{"aud", {"other", "sluice"}}})).empty());
    for (const Json& aud : {Json("other"), Json::array(), Json::array({"other"}), Json("Sluice"),
                            Json("sluice "), Json(7), Json::object({{"sluice", true}}), Json()})
        CHECK(g.refused(g.token(Json{{"aud", aud}}), "another audience"));
    for (const Json& iss : {Json("https://issuer.test/"), Json("https://issuer.test.attacker.example"),
                            Json("http://issuer.test"), Json(7), Json::array({kIssuer}), Json()})
        CHECK(g.refused(g.token(Json{{"iss", iss}}), "another issuer"));
    Gateway any(
        Json{{"check_audience", false}, {"audience", nullptr}, {"check_issuer", false}, {"issuer", nullptr}});
    CHECK(any.ask(any.token(Json{{"aud", "x"}, {"iss", "y"}})).empty());
    Gateway several(Json{{"audience", {"a", "b"}}, {"issuer", {"i", "j"}}});
    CHECK(several.ask(several.token(Json{{"aud", "b"}, {"iss", "j"}})).empty());
}

TEST_CASE("only algorithms that are allowed") {
    Gateway g(Json{{"algorithms", {"ES256"}}});
    CHECK(g.ask(signer::token(pair("P-256"), "ES256", "e1", g.claims())).empty());
    CHECK(g.refused(g.token(), "algorithm is not allowed"));
}

TEST_CASE("a shared secret, beside public keys") {
    const std::string secret = "a secret of at least thirty-two bytes";
    Gateway g(Json{{"hs_secret", secret}, {"public_keys", {pair("RSA#own").pem()}}});
    const auto hs = [&](const char* alg, const std::string& with) {
        return signer::token(with, alg, Json{{"alg", alg}}.dump(), payloadOf(g));
    };
    for (const char* alg : {"HS256", "HS384", "HS512"}) CHECK(g.ask(hs(alg, secret)).empty());
    CHECK(g.refused(hs("HS256", secret + "x"), "signature is not valid"));
    CHECK(g.refused(hs("HS256", pair("RSA#own").pem()), "signature is not valid"));
    CHECK(g.ask(signer::token(pair("RSA#own"), "RS256", "whatever", g.claims())).empty());
}

TEST_CASE("configurations that are refused, in words") {
    FakeHost host;
    struct Case {
        const char* config;
        const char* where;
    };
    for (
        const auto& c : {
            Case{R"({"enabled":true})", "jwks_url: found nothing"},
            {R"({"jwks_url":"https://i/k","audience":"a"})", "issuer: found nothing"},
            {R"({"jwks_url":"https://i/k","issuer":"i"})", "audience: found nothing"},
            {R"({"jwks_url":"file:///etc/passwd","issuer":"i","audience":"a"})",
             "jwks_url: found a text that is no URL"},
            {R"({"hs_secret":"short","issuer":"i","audience":"a"})", "hs_secret: found a secret of fewer"},
            {R"({"public_keys":["x"],"issuer":"i","audience":"a"})",
             "public_keys[0]: found it is no public key"},
            {R"({"jwks_url":"https://i/k","issuer":"i","audience":"a","algorithms":["none"]})",
             "algorithms: found"},
            {R"({"jwks_url":"https://i/k","issuer":"i","audience":"a","leeway_s":-1})", "leeway_s: found -1"},
            {R"({"jwks_url":"https://i/k","issuer":"i","audience":"a","litellm_jwtauth":{"custom_validate":"x.y"}})",
             "custom_validate: found an unknown key"},
            {R"({"jwks_url":"https://i/k","issuer":"i","audience":"a","scope_mappings":[{"scope":"x","modles":[]}]})",
             "scope_mappings[0].modles: found an unknown key"},
            {R"({"jwks_url":"https://i/k","issuer":"i","audience":"a","enforce_scope_based_access":true})",
             "scope_mappings"},
            {R"({"jwks_url":"https://i/k","issuer":"i","audience":"a","user_allowed_roles":["x"]})",
             "user_allowed_roles"},
            {R"({"jwks_url":"https://i/k","issuer":"i","audience":"a","user_allowed_email_domain":"x.com"})",
             "user_email_jwt_field"},
            {R"({"jwks_url":"https://i/k","issuer":"i","audience":"a","role_mappings":[{"role":"r","internal_role":"king"}]})",
             "role_mappings[0].internal_role"},
        }) {
        CAPTURE(c.config);
        std::string said;
        try {
            (void)host.load(*sluice_plugin_entry_v1(), c.config);
        } catch (const std::runtime_error& e) {
            said = e.what();
        }
        CAPTURE(said);
        CHECK(said.find(c.where) != std::string::npos);
        CHECK(said.find("short") == std::string::npos);
    }
}

TEST_CASE("LiteLLM's sections: on with enable_jwt_auth only") {
    FakeHost host;
    for (const char* off :
         {"{}", R"({"enabled":false,"jwks_url":"https://i/k"})", R"({"jwt_public_key_url":"https://i/k"})",
          R"({"litellm_jwtauth":{"user_id_jwt_field":"sub"},"role_permissions":[]})"}) {
        auto plugin = host.load(*sluice_plugin_entry_v1(), off);
        CHECK(plugin.start().empty());
        auto request = host.request("{}").withHeader("authorization", "Bearer a.b.c");
        CHECK(plugin.authenticate(request).continued());
    }
    Gateway g(
        Json{{"enabled", true},
             {"jwks_url", nullptr},
             {"jwt_public_key_url", kJwks},
             {"issuer", nullptr},
             {"jwt_issuer", kIssuer},
             {"audience", nullptr},
             {"jwt_audience", "sluice"},
             {"litellm_jwtauth", {{"user_id_jwt_field", "sub"}, {"public_allowed_routes", Json::array()}}}});
    auto request = g.request(g.token());
    CHECK(g.ask(request).empty());
    CHECK(request.identity().user == "ann");
    CHECK(g.host.logged("public_allowed_routes does nothing here"));
}
