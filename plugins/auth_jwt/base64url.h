// Base64 as JWTs have it: RFC 4648 section 5 without padding (RFC 7515 section 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace auth_jwt {

/// Nothing for a foreign character, padding, a length that cannot be, and bits that are set although they
/// belong to no byte: each text of bytes has one form only.
std::optional<std::string> fromBase64Url(std::string_view text);

}  // namespace auth_jwt
