// The algorithms of RFC 7518 section 3 and RFC 8037 that are known here. "none" is not among them.
#pragma once

#include <cstddef>
#include <string_view>

namespace auth_jwt {

enum class Family { Rsa, RsaPss, Ec, Ed25519, Hmac };

struct Algorithm {
    std::string_view name;
    Family family;
    const char* digest;      // OpenSSL's name; null if the algorithm has its own
    const char* curve;       // OpenSSL's name of the only one that fits; null for other families
    size_t signature_bytes;  // 0: as long as the key says
};

/// By its exact name, or null.
const Algorithm* findAlgorithm(std::string_view name);
/// All of them, for messages.
std::string_view algorithmNames();

}  // namespace auth_jwt
