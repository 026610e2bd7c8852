// One character of a text at a time, decoded and folded.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "fold.h"

namespace injection {

struct Char {
    Kind kind = Kind::Separator;
    uint32_t raw = 0;        // what a word's hash is made of: lower case, without accent
    char ascii = 0;          // the letter or digit that it is or looks like; 0: none
    bool disguised = false;  // ascii is a guess
    bool upper = false;
    uint8_t bytes = 1;  // of the text
};

/// The character at `at` < text.size(); %41, &#65; and \u0041 are one. Never reads beyond 16 bytes. [any]
Char charAt(std::string_view text, size_t at);

/// The letter for which a digit or sign stands in l33t; 0: none. [any]
char leet(uint32_t sign);

/// Of ASCII letters and digits their lower case; 0 for everything else.
constexpr std::array<uint8_t, 256> kPlain = [] {
    std::array<uint8_t, 256> table{};
    for (int c = 0; c < 128; ++c) {
        const bool small = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (small) table[static_cast<size_t>(c)] = static_cast<uint8_t>(c);
        if (c >= 'A' && c <= 'Z') table[static_cast<size_t>(c)] = static_cast<uint8_t>(c | 0x20);
    }
    return table;
}();

/// Of ASCII what ends a word for certain: blanks and most punctuation. What may go on with it, or begin an
/// escape, is not: ' @ $ ! | % & \ and all bytes from 0x80 on.
constexpr std::array<bool, 256> kEnds = [] {
    std::array<bool, 256> table{};
    for (size_t c = 0; c < 128; ++c) table[c] = kPlain[c] == 0;
    for (const char c : {'\'', '@', '$', '!', '|', '%', '&', '\\'}) table[static_cast<size_t>(c)] = false;
    return table;
}();

}  // namespace injection
