// What each byte can be part of. A class is a set of groups, one bit each; a table says to which group a byte
// belongs, so that a test costs one load.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace secrets {

using Class = uint16_t;

inline constexpr Class kLowHex = 1, kLowRest = 2, kHighHex = 4, kHighRest = 8, kDigit = 16, kUnder = 32,
                       kDash = 64, kPlusSlash = 128, kEquals = 256, kDot = 512, kPercent = 1024,
                       kTilde = 2048, kColon = 4096, kSpace = 8192, kQuote = 16384;
inline constexpr Class kLower = kLowHex | kLowRest, kUpper = kHighHex | kHighRest, kLetter = kLower | kUpper,
                       kAlnum = kLetter | kDigit, kWord = kAlnum | kUnder, kHex = kDigit | kLowHex,
                       kAnyHex = kHex | kHighHex, kBase64 = kAlnum | kPlusSlash, kUrl64 = kWord | kDash,
                       kRun = kUrl64 | kPlusSlash | kEquals | kDot | kPercent | kTilde;

constexpr std::array<Class, 256> classTable() {
    std::array<Class, 256> table{};
    for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = c <= 'f' ? kLowHex : kLowRest;
    for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = c <= 'F' ? kHighHex : kHighRest;
    for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = kDigit;
    table['_'] = kUnder;
    table['-'] = kDash;
    table['+'] = table['/'] = kPlusSlash;
    table['='] = kEquals;
    table['.'] = kDot;
    table['%'] = kPercent;
    table['~'] = kTilde;
    table[':'] = kColon;
    table[' '] = table['\t'] = table['\n'] = table['\r'] = kSpace;
    table['"'] = table['\''] = table['`'] = kQuote;
    return table;
}
inline constexpr std::array<Class, 256> kClasses = classTable();

inline bool is(char c, Class any) { return (kClasses[static_cast<unsigned char>(c)] & any) != 0; }
/// Is byte i of the text there, and of that class?
inline bool isAt(std::string_view text, size_t i, Class any) { return i < text.size() && is(text[i], any); }

/// The end of the run of `any` that begins at `at`, at most `max` bytes later.
inline size_t runEnd(std::string_view text, size_t at, Class any, size_t max) {
    const size_t last = text.size() - at < max ? text.size() : at + max;
    while (at < last && is(text[at], any)) ++at;
    return at;
}
/// The begin of the run of `any` that ends at `at`, at most `max` bytes earlier.
inline size_t runBegin(std::string_view text, size_t at, Class any, size_t max) {
    const size_t first = at < max ? 0 : at - max;
    while (at > first && is(text[at - 1], any)) --at;
    return at;
}

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
/// Does the text at `at` begin with `word`, which is in lower case, in whatever case?
inline bool foldedAt(std::string_view text, size_t at, std::string_view word) {
    if (at > text.size() || text.size() - at < word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
        if (lower(text[at + i]) != word[i]) return false;
    }
    return true;
}
inline bool textAt(std::string_view text, size_t at, std::string_view word) {
    return at <= text.size() && text.substr(at, word.size()) == word;
}

}  // namespace secrets
