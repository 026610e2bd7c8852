// What stands in the store cannot be read without the salt key: AES-256-GCM (NIST SP 800-38D) with a key that
// PBKDF2-HMAC-SHA256 (RFC 8018) makes of it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace config_api {

class Seal {
public:
    /// Takes some milliseconds, on purpose.
    explicit Seal(std::string_view salt_key);

    /// base64 of nonce, ciphertext and tag. `about` is not secret, but the text opens with the same only: an
    /// entry cannot be put in the place of another.
    std::string close(std::string_view text, std::string_view about) const;
    /// Nothing if it was closed with another key, for something else, or has been changed.
    std::optional<std::string> open(std::string_view sealed, std::string_view about) const;

private:
    std::array<unsigned char, 32> key_;
};

}  // namespace config_api
