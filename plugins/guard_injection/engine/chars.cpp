#include "chars.h"

namespace injection {
namespace {

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char low = static_cast<char>(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// `count` hex digits at `at` as a number, or -1.
int32_t hexNumber(std::string_view text, size_t at, size_t count) {
    if (at + count > text.size()) return -1;
    int32_t number = 0;
    for (size_t i = 0; i < count; ++i) {
        const int digit = hexDigit(text[at + i]);
        if (digit < 0) return -1;
        number = number * 16 + digit;
    }
    return number;
}

Char plain(uint32_t c, uint8_t bytes) {
    const uint8_t low = kPlain[c];
    if (low == 0) return {Kind::Separator, c, 0, false, false, bytes};
    return {Kind::Letter, low, static_cast<char>(low), false, low != c, bytes};
}

Char folded(uint32_t code_point, uint8_t bytes) {
    if (code_point < 0x80) return plain(code_point, bytes);
    const Folded known = fold(code_point);
    const uint32_t small = lower(code_point);
    Char out{known.kind, small, known.ascii, known.disguised, small != code_point, bytes};
    if (known.ascii != 0 && !known.disguised) out.raw = static_cast<uint8_t>(known.ascii);
    return out;
}

// UTF-8; a byte that begins none is a separator.
Char multibyte(std::string_view text, size_t at) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
    const uint8_t lead = byte(0);
    const size_t count = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (count == 1 || lead > 0xF4 || at + count > text.size()) return {};
    uint32_t code_point = lead & (0x7FU >> count);
    for (size_t i = 1; i < count; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        code_point = code_point << 6 | (byte(i) & 0x3FU);
    }
    return folded(code_point, static_cast<uint8_t>(count));
}

// %41; also %2541, which is that escaped once more.
Char percent(std::string_view text, size_t at) {
    size_t end = at + 1;
    int32_t byte = hexNumber(text, end, 2);
    for (end += 2; byte == '%' && end < at + 9 && hexNumber(text, end, 2) >= 0; end += 2)
        byte = hexNumber(text, end, 2);
    if (byte < 0x20) return plain('%', 1);
    return byte < 0x80 ? plain(static_cast<uint32_t>(byte), static_cast<uint8_t>(end - at))
                       : Char{Kind::Separator, 0, 0, false, false, 3};
}

// &#65; &#x41;
Char entity(std::string_view text, size_t at) {
    const auto window = text.substr(at, 12);
    const auto end = window.find(';');
    if (window.size() < 4 || window[1] != '#' || end == std::string_view::npos || end < 3)
        return plain('&', 1);
    const bool hex = (window[2] | 0x20) == 'x';
    uint32_t number = 0;
    for (size_t i = hex ? 3 : 2; i < end; ++i) {
        const int digit = hexDigit(window[i]);
        if (digit < 0 || (!hex && digit > 9)) return plain('&', 1);
        number = number * (hex ? 16 : 10) + static_cast<uint32_t>(digit);
    }
    return number > 0x10FFFF ? plain('&', 1) : folded(number, static_cast<uint8_t>(end + 1));
}

// \u0041 \x41; \n, \r and \t are blanks.
Char backslash(std::string_view text, size_t at) {
    const char kind = at + 1 < text.size() ? text[at + 1] : ' ';
    const size_t digits = kind == 'u' ? 4 : kind == 'x' ? 2 : 0;
    const int32_t number = digits > 0 ? hexNumber(text, at + 2, digits) : -1;
    if (number >= 0x20) return folded(static_cast<uint32_t>(number), static_cast<uint8_t>(2 + digits));
    const bool blank = kind == 'n' || kind == 'r' || kind == 't';
    return {Kind::Separator, '\\', 0, false, false, static_cast<uint8_t>(blank ? 2 : 1)};
}

}  // namespace

Char charAt(std::string_view text, size_t at) {
    const auto c = static_cast<uint8_t>(text[at]);
    if (c >= 0x80) return multibyte(text, at);
    if (c == '%') return percent(text, at);
    if (c == '&') return entity(text, at);
    if (c == '\\') return backslash(text, at);
    if (c == '\'') return {Kind::Joiner, c, 0, false, false, 1};
    return plain(c, 1);
}

char leet(uint32_t sign) {
    switch (sign) {
        case '0':
            return 'o';
        case '1':
        case '!':
        case '|':
            return 'i';
        case '3':
            return 'e';
        case '4':
        case '@':
            return 'a';
        case '5':
        case '$':
            return 's';
        case '7':
            return 't';
        case '8':
            return 'b';
        case '9':
            return 'g';
        default:
            return 0;
    }
}

}  // namespace injection
