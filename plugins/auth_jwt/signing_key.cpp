#include "signing_key.h"

#include <array>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

namespace auth_jwt {
namespace {

constexpr int kRsaBitsMin = 2048, kRsaBitsMax = 8192;  // RFC 7518 3.3; the upper bound is for our time
constexpr size_t kSecretBytesMin = 32;                 // RFC 7518 3.2, for HS256

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// r and s of equal length one after the other (RFC 7518 3.4); OpenSSL wants them as ASN.1.
std::string toAsn1(std::string_view signature) {
    const auto half = static_cast<int>(signature.size() / 2);
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
    BIGNUM* r = BN_bin2bn(bytes(signature), half, nullptr);
    BIGNUM* s = BN_bin2bn(bytes(signature) + half, half, nullptr);
    if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return {};
    }
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    std::string text;
    if (size > 0) text.assign(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
    OPENSSL_free(der);
    return text;
}

}  // namespace

SigningKey::SigningKey(Handle key) : family_(Family::Rsa), key_(std::move(key)) {
    switch (EVP_PKEY_get_base_id(key_.get())) {
        case EVP_PKEY_RSA:
        case EVP_PKEY_RSA_PSS:
            if (EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA_PSS) family_ = Family::RsaPss;
            if (EVP_PKEY_get_bits(key_.get()) < kRsaBitsMin)
                throw std::invalid_argument("an RSA key of fewer than 2048 bits");
            if (EVP_PKEY_get_bits(key_.get()) > kRsaBitsMax)
                throw std::invalid_argument("an RSA key of more than 8192 bits");
            return;
        case EVP_PKEY_EC: {
            std::array<char, 64> name{};
            size_t size = 0;
            if (EVP_PKEY_get_group_name(key_.get(), name.data(), name.size(), &size) == 1)
                curve_.assign(name.data(), size);
            family_ = Family::Ec;
            if (curve_ == "prime256v1" || curve_ == "secp384r1" || curve_ == "secp521r1") return;
            throw std::invalid_argument("an EC key of another curve than P-256, P-384, P-521");
        }
        case EVP_PKEY_ED25519:
            family_ = Family::Ed25519;
            return;
        default:
            throw std::invalid_argument("a key of another kind than RSA, EC, Ed25519");
    }
}

SigningKey::SigningKey(std::string secret) : family_(Family::Hmac), secret_(std::move(secret)) {
    if (secret_.size() < kSecretBytesMin) throw std::invalid_argument("a secret of fewer than 32 bytes");
}

bool SigningKey::fits(const Algorithm& algorithm) const {
    if (only_ && only_ != &algorithm) return false;
    if (algorithm.curve && curve_ != algorithm.curve) return false;
    // An RSA key goes with both ways of padding, unless it is one for PSS only.
    return algorithm.family == family_ || (algorithm.family == Family::RsaPss && family_ == Family::Rsa);
}

bool SigningKey::verifies(const Algorithm& algorithm, std::string_view input,
                          std::string_view signature) const {
    if (!fits(algorithm)) return false;
    if (algorithm.signature_bytes > 0 && signature.size() != algorithm.signature_bytes) return false;
    return family_ == Family::Hmac ? verifiesSecret(algorithm, input, signature)
                                   : verifiesPublic(algorithm, input, signature);
}

bool SigningKey::verifiesSecret(const Algorithm& algorithm, std::string_view input,
                                std::string_view signature) const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> own{};
    unsigned size = 0;
    const bool made = HMAC(EVP_get_digestbyname(algorithm.digest), secret_.data(),
                           static_cast<int>(secret_.size()), bytes(input), input.size(), own.data(), &size);
    return made && size == signature.size() && CRYPTO_memcmp(own.data(), signature.data(), size) == 0;
}

bool SigningKey::verifiesPublic(const Algorithm& algorithm, std::string_view input,
                                std::string_view signature) const {
    const std::string der = family_ == Family::Ec ? toAsn1(signature) : std::string();
    if (family_ == Family::Ec) signature = der;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* settings = nullptr;  // the context's
    bool good = context && EVP_DigestVerifyInit_ex(context.get(), &settings, algorithm.digest, nullptr,
                                                   nullptr, key_.get(), nullptr) == 1;
    if (good && algorithm.family == Family::RsaPss) {  // RFC 7518 3.5: the salt is as long as the hash
        good = EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1;
    }
    good = good && EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input),
                                    input.size()) == 1;
    // OpenSSL keeps a list of errors for each thread: nobody else shall find ours in it.
    if (!good) ERR_clear_error();
    return good;
}

}  // namespace auth_jwt
