#include "decode.h"

#include <array>
#include <cstdint>

namespace injection {
namespace {

constexpr size_t kProbe = 24;  // digits that decide whether it is worth the rest

constexpr std::array<int8_t, 256> kBase64 = [] {
    std::array<int8_t, 256> table{};
    table.fill(-1);
    for (int i = 0; i < 26; ++i) {
        table[static_cast<size_t>('A' + i)] = static_cast<int8_t>(i);
        table[static_cast<size_t>('a' + i)] = static_cast<int8_t>(26 + i);
    }
    for (int i = 0; i < 10; ++i) table[static_cast<size_t>('0' + i)] = static_cast<int8_t>(52 + i);
    table['+'] = table['-'] = 62;
    table['/'] = table['_'] = 63;
    return table;
}();

constexpr std::array<int8_t, 256> kHex = [] {
    std::array<int8_t, 256> table{};
    table.fill(-1);
    for (int i = 0; i < 10; ++i) table[static_cast<size_t>('0' + i)] = static_cast<int8_t>(i);
    for (int i = 0; i < 6; ++i)
        table[static_cast<size_t>('a' + i)] = table[static_cast<size_t>('A' + i)] =
            static_cast<int8_t>(10 + i);
    return table;
}();

// `bits` a digit, high bits first.
std::string unpack(std::string_view run, const std::array<int8_t, 256>& table, unsigned bits) {
    std::string out;
    out.reserve(run.size() * bits / 8);
    uint32_t held = 0;
    unsigned have = 0;
    for (const char c : run) {
        const int8_t digit = table[static_cast<uint8_t>(c)];
        if (digit < 0) break;
        held = held << bits | static_cast<uint32_t>(digit);
        have += bits;
        if (have < 8) continue;
        have -= 8;
        out.push_back(static_cast<char>(held >> have & 0xFF));
    }
    return out;
}

// Bytes of UTF-8 that are no ASCII count as text, but not on their own: chance gives them half of the time.
bool isText(std::string_view bytes) {
    size_t good = 0;
    size_t high = 0;
    for (const char c : bytes) {
        const auto byte = static_cast<uint8_t>(c);
        high += byte >= 0x80 ? 1 : 0;
        good += (byte >= 0x20 && byte != 0x7F) || byte == '\n' || byte == '\r' || byte == '\t' ? 1 : 0;
    }
    const bool latin = high * 20 <= bytes.size();
    const bool other = high * 20 >= bytes.size() * 13 && (static_cast<uint8_t>(bytes.front()) & 0xC0) == 0xC0;
    return good * 20 >= bytes.size() * 19 && (latin || other);
}

std::string attempt(std::string_view run, const std::array<int8_t, 256>& table, unsigned bits) {
    const auto probe = unpack(run.substr(0, kProbe), table, bits);
    if (probe.empty() || !isText(probe)) return {};
    auto all = run.size() > kProbe ? unpack(run, table, bits) : probe;
    return isText(all) ? all : std::string();
}

}  // namespace

size_t encodedEnd(std::string_view text, size_t at) {
    while (at < text.size() && kBase64[static_cast<uint8_t>(text[at])] >= 0) ++at;
    return at;
}

std::string decoded(std::string_view run) {
    bool hex = true;
    for (const char c : run.substr(0, kProbe)) hex = hex && kHex[static_cast<uint8_t>(c)] >= 0;
    return hex ? attempt(run, kHex, 4) : attempt(run, kBase64, 6);
}

}  // namespace injection
