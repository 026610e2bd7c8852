#include "claims.h"

#include <algorithm>
#include <cmath>

namespace auth_jwt {
namespace {

using accounts::Denied;

constexpr double kSecondsMax = 1e11;  // the year 5138

bool isIn(const Json& text, const std::vector<std::string>& allowed) {
    return text.is_string() &&
           std::find(allowed.begin(), allowed.end(), text.get_ref<const std::string&>()) != allowed.end();
}

// RFC 7519 section 2, NumericDate: seconds, with a fraction or without. Nothing if it is none.
std::optional<int64_t> timeMs(const Json& value) {
    if (!value.is_number()) return std::nullopt;
    const double seconds = value.get<double>();
    if (!std::isfinite(seconds) || seconds < 0) return std::nullopt;
    return static_cast<int64_t>(std::min(seconds, kSecondsMax) * 1000);
}

std::optional<Denied> checkTimes(const Json& claims, int64_t leeway_ms, int64_t now_ms, int64_t& until_ms) {
    const auto exp = claims.find("exp");
    if (exp == claims.end()) return badToken("the token has no exp: it would never end");
    const auto end = timeMs(*exp);
    if (!end) return badToken("its exp is no time in seconds");
    until_ms = *end + leeway_ms;
    if (now_ms >= until_ms) return badToken("the token has expired", "expired_key");
    for (const char* name : {"nbf", "iat"}) {
        const auto found = claims.find(name);
        if (found == claims.end()) continue;
        const auto start = timeMs(*found);
        if (!start) return badToken(std::string("its ") + name + " is no time in seconds");
        if (*start > now_ms + leeway_ms) return badToken("the token is not valid yet");
    }
    return std::nullopt;
}

bool isIssuerAllowed(const Json& claims, const ClaimRules& rules, const std::string& key_issuer) {
    const auto iss = claims.find("iss");
    const Json issuer = iss == claims.end() ? Json() : *iss;
    if (!key_issuer.empty() && !isIn(issuer, {key_issuer})) return false;
    if (!rules.check_issuer || (rules.issuers.empty() && !key_issuer.empty())) return true;
    return isIn(issuer, rules.issuers);
}

bool isAudienceAllowed(const Json& claims, const ClaimRules& rules) {
    const auto aud = claims.find("aud");
    if (!rules.check_audience) return true;
    if (aud == claims.end()) return false;
    if (!aud->is_array()) return isIn(*aud, rules.audiences);
    return std::any_of(aud->begin(), aud->end(), [&](const Json& one) { return isIn(one, rules.audiences); });
}

}  // namespace

Denied badToken(const std::string& why, const char* type) {
    return {401, type, "Authentication Error, JWT: " + why};
}

std::optional<Denied> checkClaims(const Json& claims, const ClaimRules& rules, const std::string& key_issuer,
                                  int64_t now_ms, int64_t& until_ms) {
    if (!isIssuerAllowed(claims, rules, key_issuer)) return badToken("the token is of another issuer");
    if (!isAudienceAllowed(claims, rules)) return badToken("the token is for another audience");
    return checkTimes(claims, rules.leeway_ms, now_ms, until_ms);
}

}  // namespace auth_jwt
