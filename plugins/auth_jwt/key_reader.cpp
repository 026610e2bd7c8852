#include "key_reader.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base64url.h"

namespace auth_jwt {
namespace {

constexpr size_t kKeysMax = 100;
constexpr int kExponentBitsMax = 64;  // a larger one only costs time

template <class T, void (*Free)(T*)>
struct FreedBy {
    void operator()(T* object) const { Free(object); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, FreedBy<T, Free>>;
void freeBio(BIO* bio) { BIO_free(bio); }
using Bio = Owned<BIO, freeBio>;
using Number = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

SigningKey::Handle handle(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

[[noreturn]] void refuse(const std::string& why) {
    ERR_clear_error();
    throw std::invalid_argument(why);
}

std::string text(const Json& jwk, const char* name) {
    const auto found = jwk.find(name);
    if (found == jwk.end()) return {};
    if (!found->is_string()) refuse(std::string(name) + " is no text");
    return found->get<std::string>();
}

std::string binary(const Json& jwk, const char* name) {
    const auto bytes = fromBase64Url(text(jwk, name));
    if (!bytes || bytes->empty()) refuse(std::string(name) + " is not there, or no proper base64url");
    return *bytes;
}

const unsigned char* raw(const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number number(const std::string& bytes) {
    return Number(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

SigningKey::Handle build(const char* type, OSSL_PARAM_BLD* builder) {
    const Params params(OSSL_PARAM_BLD_to_param(builder));
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
        refuse("it is no key of its kind");
    auto owned = handle(key);
    const Context check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (!check || EVP_PKEY_public_check(check.get()) != 1) refuse("it is no key of its kind");
    return owned;
}

SigningKey::Handle readRsa(const Json& jwk) {
    const std::string modulus = binary(jwk, "n");
    if (modulus.size() > 2048) refuse("its modulus is too large");
    const Number n = number(modulus), e = number(binary(jwk, "e"));
    if (BN_num_bits(e.get()) > kExponentBitsMax) refuse("its exponent is too large");
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder || !n || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        refuse("it is no RSA key");
    return build("RSA", builder.get());
}

SigningKey::Handle readEc(const Json& jwk) {
    struct Curve {
        const char *jose, *openssl;
        size_t bytes;
    };
    constexpr Curve kCurves[]{
        {"P-256", "prime256v1", 32}, {"P-384", "secp384r1", 48}, {"P-521", "secp521r1", 66}};
    const std::string name = text(jwk, "crv"), x = binary(jwk, "x"), y = binary(jwk, "y");
    for (const Curve& curve : kCurves) {
        if (name != curve.jose) continue;
        if (x.size() != curve.bytes || y.size() != curve.bytes)
            refuse("its coordinates are of another length");
        const std::string point = '\x04' + x + y;  // uncompressed, SEC 1 section 2.3.3
        const Builder builder(OSSL_PARAM_BLD_new());
        if (!builder ||
            OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.openssl, 0) !=
                1 ||
            OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                             point.size()) != 1)
            refuse("it is no EC key");
        return build("EC", builder.get());
    }
    refuse("its curve is none of P-256, P-384, P-521");
}

SigningKey::Handle readOkp(const Json& jwk) {
    if (text(jwk, "crv") != "Ed25519") refuse("its curve is not Ed25519");
    const std::string x = binary(jwk, "x");
    EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(x), x.size());
    if (!key) refuse("it is no Ed25519 key");
    return handle(key);
}

// RFC 7517 4.2 and 4.3: what it is for.
void checkUse(const Json& jwk) {
    if (const auto use = text(jwk, "use"); !use.empty() && use != "sig") refuse("it is not for signatures");
    const auto ops = jwk.find("key_ops");
    if (ops == jwk.end()) return;
    const bool verify = ops->is_array() && std::find(ops->begin(), ops->end(), Json("verify")) != ops->end();
    if (!verify) refuse("it is not for checking signatures");
}

}  // namespace

SigningKey readJwk(const Json& jwk) {
    if (!jwk.is_object()) refuse("it is no object");
    checkUse(jwk);
    if (jwk.contains("d")) refuse("it is a private key");
    const std::string type = text(jwk, "kty");
    if (type != "RSA" && type != "EC" && type != "OKP") refuse("its kty is none of RSA, EC, OKP");
    SigningKey key(type == "RSA" ? readRsa(jwk) : type == "EC" ? readEc(jwk) : readOkp(jwk));
    key.kid = text(jwk, "kid");
    const std::string name = text(jwk, "alg");
    if (name.empty()) return key;
    const Algorithm* algorithm = findAlgorithm(name);
    if (!algorithm || !key.fits(*algorithm)) refuse("its alg is none that goes with it");
    key.bind(algorithm);
    return key;
}

SigningKey readPem(std::string_view pem) {
    const auto open = [pem] { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); };
    if (pem.find("PRIVATE KEY") != std::string_view::npos) refuse("it is a private key");
    if (pem.find("BEGIN CERTIFICATE") != std::string_view::npos) {
        const Bio bio = open();
        const Owned<X509, X509_free> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (EVP_PKEY* key = certificate ? X509_get_pubkey(certificate.get()) : nullptr)
            return SigningKey(handle(key));
        refuse("it is no certificate with a key");
    }
    const Bio bio = open();
    EVP_PKEY* key = PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr);
    if (!key) refuse("it is no public key in PEM (\"BEGIN PUBLIC KEY\")");
    return SigningKey(handle(key));
}

std::vector<SigningKey> readKeySet(std::string_view json, std::vector<std::string>& left_out) {
    std::vector<SigningKey> keys;
    std::string fault;
    const auto object = readObject(json, fault);
    const auto list = object ? object->find("keys") : Json::const_iterator();
    if (!object || list == object->end() || !list->is_array()) {
        left_out.push_back("it is no key set: " + (object ? "it has no list of keys" : fault));
        return keys;
    }
    for (size_t i = 0; i < list->size() && keys.size() < kKeysMax; ++i) {
        try {
            keys.push_back(readJwk((*list)[i]));
        } catch (const std::invalid_argument& e) {
            left_out.push_back("keys[" + std::to_string(i) + "]: " + e.what());
        }
    }
    return keys;
}

}  // namespace auth_jwt
