#include "keyed.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "chars.h"

namespace pii {
namespace {

using Digest = std::array<unsigned char, 32>;

Digest digestOf(const std::string& secret, std::string_view entity, std::string_view value, char counter) {
    std::string message(entity);
    message.append(1, '\0').append(value).append(1, '\0').append(1, counter);
    Digest digest{};
    unsigned size = digest.size();
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &size);
    return digest;
}

std::string hex(const Digest& digest, size_t from, size_t bytes) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out;
    for (size_t i = from; i < from + bytes; ++i) {
        out.push_back(kHex[digest[i] >> 4]);
        out.push_back(kHex[digest[i] & 15]);
    }
    return out;
}

}  // namespace

std::string Keyed::hash(std::string_view entity, std::string_view value) const {
    return hex(digestOf(secret_, entity, value, 0), 0, 8);
}

std::string Keyed::standIn(std::string_view entity, std::string_view value) const {
    auto digest = digestOf(secret_, entity, value, 1);
    if (entity == "EMAIL_ADDRESS") return "user-" + hex(digest, 0, 5) + "@example.com";
    if (entity == "URL" || entity == "DOMAIN_NAME") return "https://example.com/" + hex(digest, 0, 5);
    if (entity == "IP_ADDRESS" && value.find(':') != std::string_view::npos)
        return "2001:db8::" + hex(digest, 0, 2) + ":" + hex(digest, 2, 2) + ":" + hex(digest, 4, 2);
    if (entity == "IP_ADDRESS")
        return "198." + std::to_string(18 + digest[0] % 2) + "." + std::to_string(digest[1]) + "." +
               std::to_string(digest[2]);
    if (value.size() < 6) return {};
    std::string out(value);
    for (size_t i = 0; i < out.size(); ++i) {
        if (i % digest.size() == 0)
            digest = digestOf(secret_, entity, value, static_cast<char>(2 + i / digest.size()));
        const unsigned drawn = digest[i % digest.size()];
        if (isDigit(out[i])) out[i] = static_cast<char>('0' + drawn % 10);
        if (isUpper(out[i])) out[i] = static_cast<char>('A' + drawn % 26);
        if (isLower(out[i])) out[i] = static_cast<char>('a' + drawn % 26);
    }
    return out == value ? std::string() : out;
}

std::string randomSecret() {
    std::string secret(32, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(secret.size())) != 1)
        throw std::runtime_error("the operating system has no random bytes");
    return secret;
}

}  // namespace pii
