#include "checksum.h"

#include <array>
#include <cstdint>

namespace secrets {

namespace {

constexpr size_t kSize = 6;

// CRC-32 as in zlib (reflected, 0xEDB88320).
uint32_t crc32(std::string_view text) {
    static constexpr auto kTable = [] {
        std::array<uint32_t, 256> table{};
        for (uint32_t i = 0; i < 256; ++i) {
            uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit)
                value = (value & 1) != 0 ? 0xEDB88320U ^ (value >> 1) : value >> 1;
            table[i] = value;
        }
        return table;
    }();
    uint32_t crc = 0xFFFFFFFFU;
    for (const char c : text) crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
    return ~crc;
}

}  // namespace

std::string checksumOf(std::string_view random) {
    constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::string out(kSize, '0');
    uint32_t rest = crc32(random);
    for (size_t i = kSize; i-- > 0; rest /= 62) out[i] = kDigits[rest % 62];
    return out;
}

bool hasChecksum(std::string_view body) {
    return body.size() > kSize &&
           body.substr(body.size() - kSize) == checksumOf(body.substr(0, body.size() - kSize));
}

}  // namespace secrets
