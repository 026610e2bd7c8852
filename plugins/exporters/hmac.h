// HMAC-SHA256 (RFC 2104), SHA-256, and digits. [any]
#pragma once

#include <string>
#include <string_view>

namespace exporters {

/// 32 bytes.
std::string hmacSha256(std::string_view key, std::string_view text);
std::string sha256(std::string_view text);
/// Lower-case hexadecimal digits.
std::string hexOf(std::string_view bytes);

}  // namespace exporters
