// What a character is to the patterns that cut a text into pieces: the general categories that they name.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pricing {

enum class Class : uint8_t {
    Other,   // punctuation, symbols, controls, what is not assigned; a byte that is no UTF-8
    Upper,   // Lu, Lt
    Lower,   // Ll
    Letter,  // Lm, Lo
    Mark,    // M
    Number,  // N
    Space,   // White_Space
};

struct Char {
    Class what;
    uint8_t size;  // bytes
};

constexpr bool isLetter(Class c) { return c == Class::Upper || c == Class::Lower || c == Class::Letter; }

namespace detail {
extern const Class kAscii[128];
Char decoded(const char* at, const char* end);
}  // namespace detail

/// The character at `at`, which is before `end`.
inline Char charAt(const char* at, const char* end) {
    const auto byte = static_cast<unsigned char>(*at);
    return byte < 0x80 ? Char{detail::kAscii[byte], 1} : detail::decoded(at, end);
}

inline bool isNewline(char c) { return c == '\r' || c == '\n'; }

}  // namespace pricing
