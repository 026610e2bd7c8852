// How characters are compared: without case, accents, width, invisible characters and lookalikes of other
// scripts. Text and word lists go through the same folding, so what is equal to a reader is equal here.
//
// Source: the Unicode Character Database 15 (decompositions, default-ignorable code points); lookalikes are
// those of the Cyrillic and Greek letters that cannot be told from Latin ones (Unicode TR 39).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace guard_content {

enum class CharKind : uint8_t {
    Word,       // a letter or digit: `folded` says which
    Separator,  // white space, punctuation, symbols, emoji, bytes that are no UTF-8
    Nothing,    // accents that stand alone, zero-width characters: as if they were not there
    Alone,  // a word by itself: scripts that do not put spaces between words (Han, Kana, Hangul, Thai, …)
};

/// One character of a text. [any]
struct FoldedChar {
    CharKind kind = CharKind::Separator;
    uint8_t length = 1;       // bytes in the text
    uint8_t folded_size = 0;  // bytes of `folded`; 0 unless Word or Alone
    char folded[6] = {};      // UTF-8
};

/// The character at `at`, which must be inside of the text. What is no UTF-8 is a separator of one byte.
FoldedChar foldChar(std::string_view text, size_t at);

/// The code point at `at` and its bytes; length 0 if there is none (RFC 3629).
struct CodePoint {
    uint32_t value = 0;
    uint8_t length = 0;
};
CodePoint codePointAt(std::string_view text, size_t at);

/// A lower-case letter or a digit for ASCII letters and digits, 0 for everything else.
inline constexpr auto kAsciiFold = [] {
    std::array<unsigned char, 256> table{};
    for (size_t c = '0'; c <= '9'; ++c) table[c] = static_cast<unsigned char>(c);
    for (size_t c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32] = static_cast<unsigned char>(c);
    return table;
}();
inline bool isAsciiWord(char c) { return kAsciiFold[static_cast<unsigned char>(c)] != 0; }

/// The letter that a digit or sign stands for in "b0mb" and "p@ss": o, i, e, a, s, t, b, or 0 for none.
char leetLetter(char c);

/// A folded text, words separated by one space: for keys and messages, not for scanning.
std::string foldedText(std::string_view text);

}  // namespace guard_content
