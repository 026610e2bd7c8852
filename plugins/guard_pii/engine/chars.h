// Classes of bytes. Texts come here after normalise(): what is left beyond ASCII is letters and signs of
// other scripts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pii {

inline bool isDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
inline bool isUpper(char c) { return static_cast<unsigned char>(c - 'A') < 26; }
inline bool isLower(char c) { return static_cast<unsigned char>(c - 'a') < 26; }
inline bool isLetter(char c) { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }
inline bool isAlnum(char c) { return isDigit(c) || isLetter(c); }
inline bool isHex(char c) { return isDigit(c) || static_cast<unsigned char>((c | 0x20) - 'a') < 6; }
inline bool isHigh(char c) { return static_cast<unsigned char>(c) >= 0x80; }
inline char upper(char c) { return isLower(c) ? static_cast<char>(c - 32) : c; }
inline char lower(char c) { return isUpper(c) ? static_cast<char>(c + 32) : c; }

/// The byte at `at`, or 0 in front of the text and behind it.
inline char at(std::string_view text, size_t at) { return at < text.size() ? text[at] : '\0'; }

/// Is there a letter of a Latin, Greek or Cyrillic script, beyond ASCII, that begins here? (Such a letter
/// goes on a word; the scripts of Asia write no space between a word and a number, so that their letters end
/// one.)
inline bool isWideLetter(std::string_view text, size_t i) {
    const auto c = static_cast<unsigned char>(at(text, i));
    return c >= 0xC3 && c <= 0xD4;
}

/// Would a letter or a digit touch a value that begins at `begin`?
inline bool touchesLeft(std::string_view text, size_t begin) {
    if (begin == 0) return false;
    const char before = text[begin - 1];
    if (isAlnum(before) || before == '_') return true;
    return begin > 1 && isHigh(before) && isWideLetter(text, begin - 2);
}

/// Would a letter or a digit touch a value that ends at `end`?
inline bool touchesRight(std::string_view text, size_t end) {
    const char after = at(text, end);
    return isAlnum(after) || after == '_' || isWideLetter(text, end);
}

}  // namespace pii
