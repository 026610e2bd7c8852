// SHA-256 of a key: what is kept instead of the key, compared in constant time, and printed as the caller's
// id.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace auth_master_key {

class Digest {
public:
    explicit Digest(std::string_view key);

    /// Takes the same time wherever the two differ. Equal digests mean equal keys.
    bool equals(const Digest& other) const;
    /// 64 lower-case digits: LiteLLM's hash of a key.
    std::string hex() const;

private:
    std::array<unsigned char, 32> bytes_{};
};

}  // namespace auth_master_key
