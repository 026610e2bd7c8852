// What a token that is signed properly has to say to be accepted (RFC 7519 section 4.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "accounts/access.h"
#include "object.h"

namespace auth_jwt {

struct ClaimRules {
    std::vector<std::string> issuers, audiences;
    bool check_issuer = true, check_audience = true;
    int64_t leeway_ms = 30'000;
};

/// Until when the token counts, leeway included; since the Unix epoch. Or why it does not count: 401. No
/// message has anything of the token in it. `key_issuer`: whose tokens the key may sign; empty: those that
/// the rules name.
std::optional<accounts::Denied> checkClaims(const Json& claims, const ClaimRules& rules,
                                            const std::string& key_issuer, int64_t now_ms, int64_t& until_ms);

/// A refusal of a token: "Authentication Error, JWT: " and why.
accounts::Denied badToken(const std::string& why, const char* type = "auth_error");

}  // namespace auth_jwt
