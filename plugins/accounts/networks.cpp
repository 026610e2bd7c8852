#include "accounts/networks.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>

namespace accounts {
namespace {

constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0,    0,
                                                0, 0, 0, 0, 0xff, 0xff};  // RFC 4291 2.5.5.2

struct Address {
    std::array<unsigned char, 16> bytes{};
    size_t bits = 0;  // 32 or 128
};

std::optional<Address> parse(std::string_view text) {
    const std::string terminated(text);
    Address address;
    if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
        address.bits = 32;
        return address;
    }
    if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
    address.bits = 128;
    if (std::memcmp(address.bytes.data(), kMapped.data(), kMapped.size()) == 0) {
        std::memmove(address.bytes.data(), address.bytes.data() + kMapped.size(), 4);
        address.bits = 32;
    }
    return address;
}

}  // namespace

bool contains(std::string_view network, std::string_view address) {
    const size_t slash = network.find('/');
    const auto base = parse(network.substr(0, slash));
    const auto one = parse(address);
    if (!base || !one || base->bits != one->bits) return false;
    size_t length = base->bits;
    if (slash != std::string_view::npos) {
        const auto digits = network.substr(slash + 1);
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (fault != std::errc() || end != digits.data() + digits.size() || length > base->bits) return false;
    }
    const size_t whole = length / 8, rest = length % 8;
    if (std::memcmp(base->bytes.data(), one->bytes.data(), whole) != 0) return false;
    const auto mask = static_cast<unsigned char>(0xff00 >> rest);
    return rest == 0 || ((base->bytes[whole] ^ one->bytes[whole]) & mask) == 0;
}

}  // namespace accounts
