#include "algorithm.h"

#include <algorithm>
#include <array>

namespace auth_jwt {
namespace {

constexpr std::array<Algorithm, 13> kAll{{{"RS256", Family::Rsa, "SHA256", nullptr, 0},
                                          {"RS384", Family::Rsa, "SHA384", nullptr, 0},
                                          {"RS512", Family::Rsa, "SHA512", nullptr, 0},
                                          {"PS256", Family::RsaPss, "SHA256", nullptr, 0},
                                          {"PS384", Family::RsaPss, "SHA384", nullptr, 0},
                                          {"PS512", Family::RsaPss, "SHA512", nullptr, 0},
                                          {"ES256", Family::Ec, "SHA256", "prime256v1", 64},
                                          {"ES384", Family::Ec, "SHA384", "secp384r1", 96},
                                          {"ES512", Family::Ec, "SHA512", "secp521r1", 132},
                                          {"EdDSA", Family::Ed25519, nullptr, nullptr, 64},
                                          {"HS256", Family::Hmac, "SHA256", nullptr, 32},
                                          {"HS384", Family::Hmac, "SHA384", nullptr, 48},
                                          {"HS512", Family::Hmac, "SHA512", nullptr, 64}}};

}  // namespace

const Algorithm* findAlgorithm(std::string_view name) {
    const auto* found =
        std::find_if(kAll.begin(), kAll.end(), [&](const Algorithm& one) { return one.name == name; });
    return found == kAll.end() ? nullptr : found;
}

std::string_view algorithmNames() {
    return "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, HS512";
}

}  // namespace auth_jwt
