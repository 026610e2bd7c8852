#include "accounts/digest.h"

// The one-shot SHA256() of OpenSSL 3 looks its implementation up by name on every call, under a lock; these
// do not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace accounts {

Digest::Digest(std::string_view key) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, key.data(), key.size());
    SHA256_Final(bytes_.data(), &context);
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

std::optional<Digest> Digest::fromHex(std::string_view hex) {
    Digest digest;
    if (hex.size() != 2 * digest.bytes_.size()) return std::nullopt;
    const auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    for (size_t i = 0; i < digest.bytes_.size(); ++i) {
        const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        digest.bytes_[i] = static_cast<unsigned char>(high * 16 + low);
    }
    return digest;
}

}  // namespace accounts
