#include "digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace auth_master_key {

Digest::Digest(std::string_view key) {
    SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), bytes_.data());
}

bool Digest::equals(const Digest& other) const {
    return CRYPTO_memcmp(bytes_.data(), other.bytes_.data(), bytes_.size()) == 0;
}

std::string Digest::hex() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes_.size());
    for (const unsigned char byte : bytes_) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

}  // namespace auth_master_key
