#include "signer.h"

#include <map>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace signer {
namespace {

using Bytes = std::vector<unsigned char>;

void must(bool good) {
    if (!good) throw std::runtime_error("OpenSSL says no");
}
const unsigned char* raw(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

const EVP_MD* digestOf(const std::string& alg) {
    if (alg == "EdDSA") return nullptr;
    const auto bits = alg.substr(2);
    return bits == "256" ? EVP_sha256() : bits == "384" ? EVP_sha384() : EVP_sha512();
}

std::string number(EVP_PKEY* key, const char* name, size_t size = 0) {
    BIGNUM* value = nullptr;
    must(EVP_PKEY_get_bn_param(key, name, &value) == 1);
    Bytes bytes(size ? size : static_cast<size_t>(BN_num_bytes(value)));
    must(BN_bn2binpad(value, bytes.data(), static_cast<int>(bytes.size())) > 0);
    BN_free(value);
    return {bytes.begin(), bytes.end()};
}

template <class Write>
std::string pemOf(Write&& write) {
    BIO* bio = BIO_new(BIO_s_mem());
    must(write(bio) == 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<size_t>(size));
    BIO_free(bio);
    return text;
}

std::string fixed(const Bytes& der, size_t half) {
    const unsigned char* at = der.data();
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    must(pair != nullptr);
    Bytes out(2 * half);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out.data(), static_cast<int>(half));
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out.data() + half, static_cast<int>(half));
    ECDSA_SIG_free(pair);
    return {out.begin(), out.end()};
}

size_t halfOf(const std::string& kind) { return kind == "P-256" ? 32 : kind == "P-384" ? 48 : 66; }

}  // namespace

std::string base64url(const std::string& bytes) {
    std::string out(4 * (bytes.size() / 3 + 1) + 1, '\0');
    out.resize(static_cast<size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), raw(bytes),
                                                   static_cast<int>(bytes.size()))));
    while (!out.empty() && out.back() == '=') out.pop_back();
    for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out;
}

Pair::Pair(const std::string& kind, int bits) : kind_(kind) {
    EVP_PKEY* key = kind == "RSA" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(bits))
                    : kind == "Ed25519" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                        : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str());
    must(key != nullptr);
    key_ = {key, EVP_PKEY_free};
}

Json Pair::jwk(const std::string& kid) const {
    Json jwk;
    if (kind_ == "RSA") {
        jwk = {{"kty", "RSA"},
               {"n", base64url(number(key_.get(), OSSL_PKEY_PARAM_RSA_N))},
               {"e", base64url(number(key_.get(), OSSL_PKEY_PARAM_RSA_E))}};
    } else if (kind_ == "Ed25519") {
        Bytes bytes(32);
        size_t size = bytes.size();
        must(EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size) == 1);
        jwk = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url({bytes.begin(), bytes.end()})}};
    } else {
        const size_t half = halfOf(kind_);
        jwk = {{"kty", "EC"},
               {"crv", kind_},
               {"x", base64url(number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, half))},
               {"y", base64url(number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, half))}};
    }
    if (!kid.empty()) jwk["kid"] = kid;
    return jwk;
}

std::string Pair::pem() const {
    return pemOf([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}
std::string Pair::privatePem() const {
    return pemOf([&](BIO* bio) {
        return PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string Pair::sign(const std::string& alg, const std::string& input) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* settings = nullptr;
    must(EVP_DigestSignInit(context, &settings, digestOf(alg), nullptr, key_.get()) == 1);
    if (alg[0] == 'P') {
        must(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1);
        must(EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    size_t size = 0;
    must(EVP_DigestSign(context, nullptr, &size, raw(input), input.size()) == 1);
    Bytes bytes(size);
    must(EVP_DigestSign(context, bytes.data(), &size, raw(input), input.size()) == 1);
    EVP_MD_CTX_free(context);
    bytes.resize(size);
    return alg.compare(0, 2, "ES") == 0 ? fixed(bytes, halfOf(kind_))
                                        : std::string(bytes.begin(), bytes.end());
}

const Pair& pair(const std::string& kind) {
    static std::map<std::string, Pair> all;
    auto found = all.find(kind);
    if (found == all.end()) found = all.emplace(kind, Pair(kind.substr(0, kind.find('#')))).first;
    return found->second;
}

std::string hmac(const std::string& alg, const std::string& secret, const std::string& input) {
    Bytes bytes(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    must(HMAC(digestOf(alg), secret.data(), static_cast<int>(secret.size()), raw(input), input.size(),
              bytes.data(), &size) != nullptr);
    return {bytes.begin(), bytes.begin() + size};
}

std::string token(const Pair& pair, const std::string& alg, const std::string& header,
                  const std::string& payload) {
    const std::string input = base64url(header) + "." + base64url(payload);
    return input + "." + base64url(pair.sign(alg, input));
}

std::string token(const std::string& secret, const std::string& alg, const std::string& header,
                  const std::string& payload) {
    const std::string input = base64url(header) + "." + base64url(payload);
    return input + "." + base64url(hmac(alg, secret, input));
}

std::string token(const Pair& pair, const std::string& alg, const std::string& kid, const Json& claims) {
    Json header{{"alg", alg}, {"typ", "JWT"}};
    if (!kid.empty()) header["kid"] = kid;
    return token(pair, alg, header.dump(), claims.dump());
}

std::string keySet(const std::vector<Json>& keys) { return Json{{"keys", keys}}.dump(); }

}  // namespace signer
