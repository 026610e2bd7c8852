// Values as something that does not tell them: the same value is the same stand-in, for whoever has the same
// secret.
#pragma once

#include <string>
#include <string_view>

namespace pii {

class Keyed {
public:
    /// `secret`: any bytes, at least 16 are wise. Who knows it can try values out.
    explicit Keyed(std::string secret) : secret_(std::move(secret)) {}

    /// 16 hexadecimal digits: the first 8 bytes of HMAC-SHA256 over the entity and the value. [any]
    std::string hash(std::string_view entity, std::string_view value) const;
    /// A value of the same form that nobody has: addresses of the blocks for documentation and benchmarks
    /// (RFC 2606, RFC 2544, RFC 3849); otherwise other digits for digits and other letters for letters. Check
    /// digits are not right but by chance. Empty for what is too short to stand in for something. [any]
    std::string standIn(std::string_view entity, std::string_view value) const;

private:
    std::string secret_;
};

/// 32 bytes from the operating system, for a secret that lives as long as the process.
std::string randomSecret();

}  // namespace pii
