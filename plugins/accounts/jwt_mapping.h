// Claims of tokens that stand for virtual keys: documents of a store that admin_api writes and auth_jwt
// follows. Their members are those of LiteLLM_JWTKeyMapping: jwt_issuer, jwt_claim_name, jwt_claim_value,
// token (SHA-256 of the key in hexadecimal digits), description, is_active.
#pragma once

#include <string>

#include "accounts/digest.h"

namespace accounts {

constexpr const char* kJwtMappingKind = "jwt_key_mapping";

/// The id of the document: one for each claim and value, and with an issuer for that issuer's tokens alone.
/// None of the three has a line break in it.
inline std::string jwtMappingId(const std::string& issuer, const std::string& claim,
                                const std::string& value) {
    return Digest(issuer + '\n' + claim + '\n' + value).hex();
}

}  // namespace accounts
