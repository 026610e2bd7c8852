// SHA-256 of a key: what is kept instead of the key, compared in constant time, and printed as the caller's
// id.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace accounts {

class Digest {
public:
    explicit Digest(std::string_view key);

    /// Takes the same time wherever the two differ. Equal digests mean equal keys.
    bool equals(const Digest& other) const;
    /// 64 lower-case digits: LiteLLM's hash of a key.
    std::string hex() const;
    /// The other way round; nothing if it is not 64 hexadecimal digits.
    static std::optional<Digest> fromHex(std::string_view hex);

    friend bool operator==(const Digest& a, const Digest& b) { return a.bytes_ == b.bytes_; }
    /// For tables: a part of what is uniform already.
    uint64_t head() const {
        uint64_t value = 0;
        std::memcpy(&value, bytes_.data(), sizeof value);
        return value;
    }

private:
    Digest() = default;
    std::array<unsigned char, 32> bytes_{};
};

}  // namespace accounts
