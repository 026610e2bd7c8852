// Keys and tokens made on the spot, by OpenSSL and nothing of the plugin.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <nlohmann/json.hpp>

namespace signer {

using Json = nlohmann::json;

std::string base64url(const std::string& bytes);

/// A key pair: "RSA", "P-256", "P-384", "P-521" or "Ed25519"; an RSA key of `bits`.
class Pair {
public:
    explicit Pair(const std::string& kind, int bits = 2048);
    /// The public half, with a kid if there is one.
    Json jwk(const std::string& kid = "") const;
    std::string pem() const;
    std::string privatePem() const;
    /// As JOSE wants it: r and s of fixed length for ECDSA.
    std::string sign(const std::string& alg, const std::string& input) const;

private:
    std::string kind_;
    std::shared_ptr<EVP_PKEY> key_;
};

/// One pair of each kind for the whole program: making an RSA key takes a while.
const Pair& pair(const std::string& kind);

std::string hmac(const std::string& alg, const std::string& secret, const std::string& input);

/// header.payload.signature; texts are taken as they are, so that they may be broken.
std::string token(const Pair& pair, const std::string& alg, const std::string& header,
                  const std::string& payload);
std::string token(const std::string& secret, const std::string& alg, const std::string& header,
                  const std::string& payload);
/// The same with {"alg", "kid"} as its header.
std::string token(const Pair& pair, const std::string& alg, const std::string& kid, const Json& claims);

std::string keySet(const std::vector<Json>& keys);

}  // namespace signer
