#include "shared_aws/google.h"

#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <nlohmann/json.hpp>

namespace s3 {
namespace {

using Json = nlohmann::json;

constexpr int64_t kStatementSeconds = 3600;  // Google takes no more
constexpr int64_t kEarlyMs = 300'000;
constexpr uint32_t kTimeoutMs = 10'000;

std::string base64Url(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<size_t>(size));
    while (!out.empty() && out.back() == '=') out.pop_back();
    for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out;
}

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key keyOf(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> in(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    // No password: without a callback of ours OpenSSL would ask the terminal for one.
    const auto none = [](char*, int, int, void*) { return -1; };
    Key key(in ? PEM_read_bio_PrivateKey(in.get(), nullptr, none, nullptr) : nullptr, EVP_PKEY_free);
    if (key && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) key.reset();
    return key;
}

std::string textOf(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

ServiceAccount ServiceAccount::parse(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) throw std::invalid_argument("the JSON of a service account's key");
    ServiceAccount account{textOf(json, "client_email"), textOf(json, "private_key"),
                           textOf(json, "private_key_id"), textOf(json, "token_uri")};
    if (account.token_uri.empty()) account.token_uri = kGoogles;
    const bool url =
        account.token_uri.rfind("https://", 0) == 0 || account.token_uri.rfind("http://", 0) == 0;
    if (account.client_email.empty() || !url || !keyOf(account.private_key))
        throw std::invalid_argument("the JSON of a service account's key, with client_email and private_key");
    return account;
}

std::string ServiceAccount::statement(int64_t now) const {
    Json head{{"alg", "RS256"}, {"typ", "JWT"}};
    if (!private_key_id.empty()) head["kid"] = private_key_id;
    const Json claims{{"iss", client_email},
                      {"scope", "https://www.googleapis.com/auth/devstorage.read_write"},
                      {"aud", token_uri},
                      {"iat", now},
                      {"exp", now + kStatementSeconds}};
    const std::string text = base64Url(head.dump()) + "." + base64Url(claims.dump());
    const auto key = keyOf(private_key);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    size_t size = 0;
    std::string signature;
    bool done = key && context &&
                EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
    signature.resize(size);
    done = done && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                  bytes, text.size()) == 1;
    if (!done) throw Unsigned("the key of the service account signs nothing");
    signature.resize(size);
    return text + "." + base64Url(signature);
}

Fields TokenSigner::sign(const sigv4::Request&, int64_t unix_seconds) const {
    const std::lock_guard lock(mutex_);
    if (token_.empty() || ends_ms_ <= unix_seconds * 1000) throw Unsigned("there is no token of Google yet");
    return {{"authorization", "Bearer " + token_}};
}

void TokenSigner::prepare() {
    const std::lock_guard one(asking_);
    const int64_t now = wall_ms_();
    {
        const std::lock_guard lock(mutex_);
        if (!token_.empty() && ends_ms_ > now + kEarlyMs) return;
    }
    Call call{"POST", account_.token_uri, {{"content-type", "application/x-www-form-urlencoded"}}, {}};
    call.body = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
                account_.statement(now / 1000);
    const Answer answer = send_(call, kTimeoutMs);
    const Json json = answer.ok() ? Json::parse(answer.body, nullptr, false) : Json();
    const std::string token = json.is_object() ? textOf(json, "access_token") : "";
    const bool plain = token.find_first_of("\r\n \t") == std::string::npos;
    const std::lock_guard lock(mutex_);
    if (token.empty() || !plain) {
        if (!token_.empty() && ends_ms_ > now) return;  // it still serves
        throw Unsigned("the service account gets no token: " + answer.fault());
    }
    const auto lives = json.find("expires_in");
    const int64_t seconds = lives != json.end() && lives->is_number() ? lives->get<int64_t>() : 3600;
    token_ = token;
    ends_ms_ = now + seconds * 1000;
}

}  // namespace s3
