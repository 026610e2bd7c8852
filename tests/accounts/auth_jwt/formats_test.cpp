// The parts below the plugin: base64url, JSON, keys, signatures; the examples of the RFCs.
#include <catch2/catch.hpp>

#include <stdexcept>

#include "base64url.h"
#include "key_reader.h"
#include "key_set.h"
#include "signer.h"
#include "token.h"

using namespace auth_jwt;

namespace {

std::string faultOf(const Json& jwk) {
    try {
        (void)readJwk(jwk);
        return "";
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
}

// "a.b.c" of an RFC, as it is printed there.
bool verifies(const Json& jwk, const std::string& compact) {
    std::string fault;
    const auto token = readToken(compact, fault);
    return token && readJwk(jwk).verifies(*token->algorithm, token->input, token->signature);
}

}  // namespace

TEST_CASE("base64url: each text of bytes has one form") {
    CHECK(fromBase64Url("") == "");
    CHECK(fromBase64Url("-_8") == std::string("\xfb\xff"));
    CHECK(fromBase64Url("YWI") == "ab");
    for (const char* bad : {"YWI=", "YWJ", "YW I", "Y", "YWJj\n", "+/8", "YR"}) {
        CAPTURE(bad);
        CHECK_FALSE(fromBase64Url(bad).has_value());
    }
    for (int size = 0; size < 200; ++size) {
        std::string bytes;
        for (int i = 0; i < size; ++i) bytes += static_cast<char>(i * 37 + size);
        CHECK(fromBase64Url(signer::base64url(bytes)) == bytes);
    }
}

TEST_CASE("objects: what two readers could understand differently is none") {
    std::string fault;
    CHECK(readObject(R"({"a":{"b":[1,{"c":2}]},"d":{"b":1}})", fault));
    for (const char* bad : {R"({"a":1,"a":2})", R"({"x":{"a":1,"a":1}})", R"({"x":[{"a":1,"b":2,"a":3}]})",
                            R"({"a":1,"\u0061":2})", "\xef\xbb\xbf{}", "[]", "", "{", "{} ", " {}", "{}{}",
                            "{\"a\":\"\xff\"}", "{\"a\":1e999}"}) {
        CAPTURE(bad);
        const bool odd = std::string(bad) == "{} ";  // a blank behind is no matter
        CHECK(readObject(bad, fault).has_value() == odd);
    }
    CHECK_FALSE(readObject(R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}", fault));
    CHECK(fault == "it is nested too deeply");
}

TEST_CASE("paths of claims") {
    const Json claims =
        Json::parse(R"({"a":{"b":{"c":1},"x.y":2},"a.b":{"d":3},"https://acme.com/team":"t","n":null})");
    CHECK(*valueAt(claims, "a.b.c") == 1);
    CHECK(*valueAt(claims, "a.x.y") == 2);
    CHECK(*valueAt(claims, "a.b.d") == 3);
    CHECK(*valueAt(claims, "https://acme.com/team") == "t");
    for (const char* none : {"", "a.z", "n.x", "a.b.c.d", ".", "a..b"})
        CHECK(valueAt(claims, none) == nullptr);
}

TEST_CASE("RFC 7515 A.1, A.2, A.3 and RFC 8037 A.4") {
    const std::string payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const Json rsa{{"kty", "RSA"},
                   {"n",
                    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
                    "4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR"
                    "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
                    "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB"
                    "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-"
                    "DWNmoudF8NAco9_h9ia"
                    "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
                   {"e", "AQAB"}};
    CHECK(verifies(
        rsa,
        "eyJhbGciOiJSUzI1NiJ9." + payload +
            ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
            "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
            "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe"
            "7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
            "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6"
            "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"));
    const Json ec{{"kty", "EC"},
                  {"crv", "P-256"},
                  {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                  {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};
    CHECK(verifies(
        ec, "eyJhbGciOiJFUzI1NiJ9." + payload +
                ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"));
    const Json ed{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}};
    CHECK(verifies(ed,
                   "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
                   "09PGcvMg3AIbQR6dWb"
                   "hijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"));
    // A.1: the key is 64 bytes; the header has a line break in it.
    const auto secret = fromBase64Url(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    std::string fault;
    const std::string compact = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + payload +
                                ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto token = readToken(compact, fault);
    REQUIRE(token);
    CHECK(SigningKey(*secret).verifies(*token->algorithm, token->input, token->signature));
}

TEST_CASE("every algorithm: the right key, a wrong one, one bit off, another algorithm of the same key") {
    for (const auto& [kind, alg, other] : {std::tuple("RSA", "RS256", "PS256"),
                                           {"RSA", "RS384", "RS256"},
                                           {"RSA", "RS512", "RS384"},
                                           {"RSA", "PS256", "RS256"},
                                           {"RSA", "PS384", "PS256"},
                                           {"RSA", "PS512", "PS384"},
                                           {"P-256", "ES256", "ES384"},
                                           {"P-384", "ES384", "ES256"},
                                           {"P-521", "ES512", "ES384"},
                                           {"Ed25519", "EdDSA", "ES256"}}) {
        CAPTURE(kind, alg);
        const auto& mine = signer::pair(kind);
        const SigningKey key = readJwk(mine.jwk());
        const std::string input = "some.input";
        auto signature = mine.sign(alg, input);
        CHECK(key.verifies(*findAlgorithm(alg), input, signature));
        CHECK(readPem(mine.pem()).verifies(*findAlgorithm(alg), input, signature));
        CHECK_FALSE(key.verifies(*findAlgorithm(alg), "some.inpuT", signature));
        CHECK_FALSE(key.verifies(*findAlgorithm(other), input, signature));
        CHECK_FALSE(readJwk(signer::pair(kind + std::string("#2")).jwk())
                        .verifies(*findAlgorithm(alg), input, signature));
        for (const char* hmac : {"HS256", "HS384", "HS512"})
            CHECK_FALSE(key.verifies(*findAlgorithm(hmac), input, signer::hmac(hmac, mine.pem(), input)));
        CHECK_FALSE(key.verifies(*findAlgorithm(alg), input, ""));
        CHECK_FALSE(key.verifies(*findAlgorithm(alg), input, signature + '\0'));
        CHECK_FALSE(key.verifies(*findAlgorithm(alg), input, std::string(signature.size(), '\0')));
        signature[signature.size() / 2] ^= 1;
        CHECK_FALSE(key.verifies(*findAlgorithm(alg), input, signature));
    }
    const std::string secret(32, 's');
    for (const char* alg : {"HS256", "HS384", "HS512"}) {
        CHECK(SigningKey(secret).verifies(*findAlgorithm(alg), "in", signer::hmac(alg, secret, "in")));
        CHECK_FALSE(
            SigningKey(secret).verifies(*findAlgorithm(alg), "in", signer::hmac(alg, secret + "x", "in")));
        CHECK_FALSE(
            SigningKey(secret).verifies(*findAlgorithm("RS256"), "in", signer::hmac(alg, secret, "in")));
    }
    CHECK_THROWS_AS(SigningKey(std::string(31, 's')), std::invalid_argument);
}

TEST_CASE("keys that are of no use, and why") {
    const Json rsa = signer::pair("RSA").jwk("k"), ec = signer::pair("P-256").jwk();
    const auto with = [](Json jwk, const char* name, const Json& value) {
        jwk[name] = value;
        return jwk;
    };
    CHECK(faultOf(rsa).empty());
    CHECK(faultOf(with(rsa, "use", "sig")).empty());
    CHECK(faultOf(with(rsa, "key_ops", {"verify"})).empty());
    CHECK(faultOf(with(rsa, "use", "enc")) == "it is not for signatures");
    CHECK(faultOf(with(rsa, "key_ops", {"sign"})) == "it is not for checking signatures");
    CHECK(faultOf(with(rsa, "alg", "ES256")) == "its alg is none that goes with it");
    CHECK(faultOf(with(rsa, "alg", "none")) == "its alg is none that goes with it");
    CHECK(faultOf(with(rsa, "d", "AQAB")) == "it is a private key");
    CHECK(faultOf(with(rsa, "kid", 7)) == "kid is no text");
    CHECK(faultOf(with(rsa, "n", "AQAB")) != "");
    CHECK(faultOf(with(rsa, "n", signer::base64url(std::string(3000, 'x')))) == "its modulus is too large");
    CHECK(faultOf(with(rsa, "e", signer::base64url(std::string(9, 'x')))) == "its exponent is too large");
    CHECK(faultOf(signer::Pair("RSA", 1024).jwk()) == "an RSA key of fewer than 2048 bits");
    CHECK(faultOf(with(ec, "crv", "P-384")) == "its coordinates are of another length");
    CHECK(faultOf(with(ec, "crv", "secp256k1")) == "its curve is none of P-256, P-384, P-521");
    CHECK(faultOf(with(ec, "y", ec["x"])) == "it is no key of its kind");  // a point beside the curve
    CHECK(faultOf({{"kty", "oct"}, {"k", "c2VjcmV0"}}) == "its kty is none of RSA, EC, OKP");
    CHECK(faultOf({{"kty", "OKP"}, {"crv", "X25519"}, {"x", signer::pair("Ed25519").jwk()["x"]}}) ==
          "its curve is not Ed25519");
    CHECK(faultOf("text") == "it is no object");
    for (const std::string& pem :
         {signer::pair("RSA").privatePem(),
          std::string("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), std::string()})
        CHECK_THROWS_AS(readPem(pem), std::invalid_argument);
    std::vector<std::string> left_out;
    CHECK(readKeySet(signer::keySet({rsa, {{"kty", "oct"}}, ec}), left_out).size() == 2);
    CHECK(left_out == std::vector<std::string>{"keys[1]: its kty is none of RSA, EC, OKP"});
    for (const char* none : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[],"keys":[]})"})
        CHECK(readKeySet(none, left_out).empty());
}

TEST_CASE("which keys a token may be signed with") {
    auto one = readJwk(signer::pair("RSA").jwk("one")), two = readJwk(signer::pair("RSA#2").jwk("two")),
         ec = readJwk(signer::pair("P-256").jwk("ec")), nameless = readJwk(signer::pair("RSA#3").jwk());
    const auto& rs256 = *findAlgorithm("RS256");
    const KeySet named({one, two, ec});
    CHECK(named.candidates("one", rs256).size() == 1);
    CHECK(named.candidates("other", rs256).empty());
    CHECK(named.candidates("ec", rs256).empty());  // known, but no RSA key: nobody else's turn
    CHECK(named.candidates("", rs256).size() == 2);
    const KeySet mixed({one, nameless});
    CHECK(mixed.candidates("other", rs256).size() == 1);
    CHECK(mixed.candidates("one", rs256).front()->kid == "one");
    CHECK(KeySet(std::vector<SigningKey>(50, nameless)).candidates("", rs256).size() == 8);
    CHECK(mixed.candidates("one", *findAlgorithm("HS256")).empty());
    // A name that is that of a key of another kind is not made good by a key without a name.
    CHECK(KeySet({ec, nameless}).candidates("ec", rs256).empty());
}

TEST_CASE("what looks like a token") {
    for (const char* yes : {"a.b.c", "a.b.", "eyJ.eyJ.x-_", "a+/=.b.c"}) CHECK(looksLikeToken(yes));
    for (const char* no :
         {"", "a", "a.b", "a.b.c.d", "a.b.c.d.e", ".b.c", "a..c", "sk-a.b.c", "a b.c.d", "a.b.c!", ".."})
        CHECK_FALSE(looksLikeToken(no));
}
