// Characters from Unicode 15: Nd of the scripts that write decimal numbers most, Zs, Pd, and those of Cf that
// have no width (U+00AD, U+200B-U+200D, U+2060, U+FEFF).
#include "normalize.h"

#include <cstring>

#include "chars.h"

namespace pii {
namespace {

constexpr char kKeep = 0;
constexpr char kDrop = 1;

struct Replaced {
    char with = kKeep;
    size_t bytes = 1;
};

unsigned char byteAt(std::string_view text, size_t i) { return static_cast<unsigned char>(at(text, i)); }

char digitFrom(unsigned char c, unsigned char zero) {
    return c >= zero && c < zero + 10 ? static_cast<char>('0' + c - zero) : kKeep;
}

char twoBytes(unsigned char a, unsigned char b) {
    if (a == 0xC2) return b == 0xA0 ? ' ' : b == 0xAD ? kDrop : kKeep;
    if (a == 0xD9) return digitFrom(b, 0xA0);  // Arabic-Indic
    if (a == 0xDB) return digitFrom(b, 0xB0);  // Persian
    return kKeep;
}

char general(unsigned char b, unsigned char c) {  // E2 80 .., E2 81 .., E2 88 ..
    if (b == 0x80) {
        if (c <= 0x8A || c == 0xAF) return ' ';
        if (c <= 0x8D) return kDrop;
        if (c >= 0x90 && c <= 0x95) return '-';
    }
    if (b == 0x81) return c == 0xA0 ? kDrop : c == 0x9F ? ' ' : kKeep;
    return b == 0x88 && c == 0x92 ? '-' : kKeep;
}

char fullWidth(unsigned char b, unsigned char c) {  // EF BC .., EF BD ..
    if (b == 0xBB && c == 0xBF) return kDrop;
    if (b == 0xBD && c >= 0x81 && c <= 0x9A) return static_cast<char>('a' + c - 0x81);
    if (b != 0xBC) return kKeep;
    if (c >= 0xA1 && c <= 0xBA) return static_cast<char>('A' + c - 0xA1);
    if (const char digit = digitFrom(c, 0x90)) return digit;
    switch (c) {
        case 0xA0:
            return '@';
        case 0x8B:
            return '+';
        case 0x8D:
            return '-';
        case 0x8E:
            return '.';
        case 0x8F:
            return '/';
        case 0x9A:
            return ':';
        case 0x88:
            return '(';
        case 0x89:
            return ')';
        default:
            return kKeep;
    }
}

char threeBytes(unsigned char a, unsigned char b, unsigned char c) {
    if (a == 0xE0 && (b == 0xA5 || b == 0xA7)) return digitFrom(c, 0xA6);  // Devanagari, Bengali
    if (a == 0xE0 && b == 0xB9) return digitFrom(c, 0x90);                 // Thai
    if (a == 0xE2) return general(b, c);
    if (a == 0xE3) return b == 0x80 && c == 0x80 ? ' ' : kKeep;
    return a == 0xEF ? fullWidth(b, c) : kKeep;
}

Replaced lookUp(std::string_view text, size_t i) {
    const auto a = byteAt(text, i);
    if (a < 0xC2 || a > 0xEF) return {};
    const auto b = byteAt(text, i + 1);
    if (a < 0xE0) return {twoBytes(a, b), 2};
    return {threeBytes(a, b, byteAt(text, i + 2)), 3};
}

// Does an ASCII letter or digit, or a character that becomes one, end right before i?
bool alnumBefore(std::string_view text, size_t i) {
    if (i > 0 && !isHigh(text[i - 1])) return isAlnum(text[i - 1]);
    for (size_t bytes = 2; bytes <= 3 && bytes <= i; ++bytes) {
        const auto one = lookUp(text, i - bytes);
        if (one.bytes == bytes && (isAlnum(one.with) || one.with == kDrop)) return true;
    }
    return false;
}

bool alnumAt(std::string_view text, size_t i) {
    return isAlnum(at(text, i)) || isAlnum(lookUp(text, i).with) || lookUp(text, i).with == kDrop;
}

// Spaces, hyphens and what has no width matter between letters and digits only: elsewhere they stay.
Replaced replacement(std::string_view text, size_t i) {
    const auto one = lookUp(text, i);
    if (one.with == kKeep) return {};
    if (one.with != kDrop && one.with != ' ' && one.with != '-') return one;
    if (!alnumBefore(text, i) && !alnumAt(text, i + one.bytes)) return {};
    return one;
}

// What has no width is taken out between two digits or two letters; between a letter and a digit it may be
// where a word ends, and becomes a space.
char dropped(const std::string& before, std::string_view text, size_t next) {
    if (before.empty()) return kDrop;
    while (lookUp(text, next).with == kDrop) next += lookUp(text, next).bytes;
    const auto one = lookUp(text, next);
    const char after = one.with > kDrop ? one.with : at(text, next);
    const bool differ =
        (isDigit(before.back()) && isLetter(after)) || (isLetter(before.back()) && isDigit(after));
    return differ ? ' ' : kDrop;
}

}  // namespace

bool wantsNormalising(std::string_view text) {
    constexpr uint64_t kHighBits = 0x8080808080808080;
    for (size_t i = 0; i < text.size(); ++i) {
        uint64_t block = 0;
        while (i + sizeof block <= text.size()) {
            std::memcpy(&block, text.data() + i, sizeof block);
            if ((block & kHighBits) != 0) break;
            i += sizeof block;
        }
        if (isHigh(at(text, i)) && replacement(text, i).with != kKeep) return true;
    }
    return false;
}

Normalised normalise(std::string_view text) {
    Normalised out;
    out.text.reserve(text.size());
    out.from.reserve(text.size() + 1);
    out.until.reserve(text.size());
    for (size_t i = 0; i < text.size();) {
        auto one = isHigh(text[i]) ? replacement(text, i) : Replaced{};
        const size_t next = i + (one.with == kKeep ? 1 : one.bytes);
        if (one.with == kDrop) one.with = dropped(out.text, text, next);
        if (one.with != kDrop) {
            out.text.push_back(one.with == kKeep ? text[i] : one.with);
            out.from.push_back(static_cast<uint32_t>(i));
            out.until.push_back(static_cast<uint32_t>(next));
        }
        i = next;
    }
    out.from.push_back(static_cast<uint32_t>(text.size()));
    return out;
}

}  // namespace pii
