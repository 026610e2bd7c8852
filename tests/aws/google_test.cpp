#include <catch2/catch.hpp>

#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <nlohmann/json.hpp>

#include <sluice/testing/fake_host.hpp>

#include "shared_aws/google.h"
#include "shared_aws/settings.h"

namespace {

using Key = std::shared_ptr<EVP_PKEY>;

const Key& key() {
    static const Key made(EVP_RSA_gen(2048), EVP_PKEY_free);
    return made;
}

std::string pem() {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    (void)PEM_write_bio_PrivateKey(out.get(), key().get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<size_t>(size)};
}

std::string accountJson() {
    return nlohmann::json{{"type", "service_account"},
                          {"client_email", "logs@acme.iam.gserviceaccount.com"},
                          {"private_key", pem()},
                          {"private_key_id", "kid1"},
                          {"token_uri", "http://tokens/token"}}
        .dump();
}

std::string fromBase64Url(std::string text) {
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    size_t padding = 0;
    while (text.size() % 4 != 0) {
        text += '=';
        ++padding;
    }
    std::string out(text.size(), '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    out.resize(static_cast<size_t>(size) - padding);
    return out;
}

bool verifies(const std::string& text, const std::string& signature) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key().get()) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                            text.size()) == 1;
}

struct Nothing {
    Nothing(std::string_view, sluice::Host) {}
};

}  // namespace

TEST_CASE("the gateway asks no server for tokens that a key or team has named", "[google]") {
    sluice::testing::FakeHost fake;
    const auto plugin = fake.load<Nothing>();
    const sluice::Host host(plugin.host());
    nlohmann::json config{{"gcs_bucket_name", "b"}, {"gcs_path_service_account", accountJson()}};
    CHECK_NOTHROW(s3::storeOf(config, host, true));
    CHECK_THROWS_AS(s3::storeOf(config, host, false), sluice::ConfigError);
    auto account = nlohmann::json::parse(accountJson());
    account.erase("token_uri");
    config["gcs_path_service_account"] = account.dump();
    CHECK_NOTHROW(s3::storeOf(config, host, false));
}

TEST_CASE("a service account's statement", "[google]") {
    const auto account = s3::ServiceAccount::parse(accountJson());
    const std::string statement = account.statement(1'000'000);
    const size_t first = statement.find('.'), second = statement.rfind('.');
    const auto head = nlohmann::json::parse(fromBase64Url(statement.substr(0, first)));
    const auto claims = nlohmann::json::parse(fromBase64Url(statement.substr(first + 1, second - first - 1)));
    CHECK(head == nlohmann::json{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "kid1"}});
    CHECK(claims["iss"] == "logs@acme.iam.gserviceaccount.com");
    CHECK(claims["aud"] == "http://tokens/token");
    CHECK(claims["iat"] == 1'000'000);
    CHECK(claims["exp"] == 1'003'600);
    CHECK(claims["scope"] == "https://www.googleapis.com/auth/devstorage.read_write");
    CHECK(verifies(statement.substr(0, second), fromBase64Url(statement.substr(second + 1))));
}

TEST_CASE("what is no service account", "[google]") {
    auto json = nlohmann::json::parse(accountJson());
    for (const char* gone : {"client_email", "private_key"}) {
        auto less = json;
        less.erase(gone);
        CHECK_THROWS_AS(s3::ServiceAccount::parse(less.dump()), std::invalid_argument);
    }
    json["private_key"] = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----";
    try {
        (void)s3::ServiceAccount::parse(json.dump());
        FAIL("it was taken");
    } catch (const std::invalid_argument& e) {
        CHECK(std::string(e.what()).find("secret") == std::string::npos);
    }
    CHECK_THROWS_AS(s3::ServiceAccount::parse("no JSON"), std::invalid_argument);
}

TEST_CASE("a token is asked for once, and again before it ends", "[google]") {
    int64_t now = 1'000'000'000;
    std::vector<s3::Call> asked;
    s3::Answer next{200, R"({"access_token":"t1","expires_in":3600})", {}};
    s3::TokenSigner signer(
        s3::ServiceAccount::parse(accountJson()),
        [&](const s3::Call& call, uint32_t) {
            asked.push_back(call);
            return next;
        },
        [&] { return now; });
    const auto authorization = [&] { return signer.sign({}, now / 1000).at(0).second; };
    CHECK_THROWS_AS(authorization(), s3::Unsigned);
    signer.prepare();
    signer.prepare();
    CHECK(asked.size() == 1);
    CHECK(asked[0].url == "http://tokens/token");
    CHECK(asked[0].body.rfind("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=",
                              0) == 0);
    CHECK(authorization() == "Bearer t1");
    now += 3'400'000;
    next = {500, "", {}};
    CHECK_NOTHROW(signer.prepare());  // the old one still serves
    CHECK(authorization() == "Bearer t1");
    next = {200, R"({"access_token":"t2","expires_in":3600})", {}};
    signer.prepare();
    CHECK(authorization() == "Bearer t2");
    now += 3'700'000;
    CHECK_THROWS_AS(authorization(), s3::Unsigned);
    next = {400, R"({"error":"invalid_grant"})", {}};
    CHECK_THROWS_AS(signer.prepare(), s3::Unsigned);
    next = {200, "{\"access_token\":\"a\\r\\nx: y\"}", {}};
    CHECK_THROWS_AS(signer.prepare(), s3::Unsigned);
}
