#include "base64url.h"

#include <array>
#include <cstdint>

namespace auth_jwt {
namespace {

constexpr std::array<int8_t, 256> makeValues() {
    std::array<int8_t, 256> values{};
    for (auto& value : values) value = -1;
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < kDigits.size(); ++i)
        values[static_cast<unsigned char>(kDigits[i])] = static_cast<int8_t>(i);
    return values;
}
constexpr auto kValues = makeValues();

}  // namespace

std::optional<std::string> fromBase64Url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    uint32_t bits = 0;
    unsigned count = 0;  // of bits that no byte has yet
    for (const char c : text) {
        const int value = kValues[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xffff;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xff);
    }
    if (bits & ((1u << count) - 1)) return std::nullopt;
    return bytes;
}

}  // namespace auth_jwt
