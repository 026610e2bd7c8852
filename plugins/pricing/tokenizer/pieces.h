// The patterns by which tiktoken cuts a text into pieces, each of which is encoded by itself: by hand, since
// a regex engine would be most of the time. Source: tiktoken_ext/openai_public.py, version 0.14.0.
//
// Both take time in proportion to the text, whatever it is.
#pragma once

#include "classes.h"

namespace pricing {

/// The end of the piece that begins at `at`, which is before `end`; it has at least one byte.
using NextPiece = const char* (*)(const char* at, const char* end);

/// '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]
/// |\s+(?!\S)|\s
const char* nextCl100k(const char* at, const char* end);

/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
const char* nextO200k(const char* at, const char* end);

namespace detail {

/// Behind 's, 'll and their kin in any case, if the text at `at` begins so; else `at`. An s is also U+017F,
/// which the case folding of Unicode takes for one.
inline const char* afterContraction(const char* at, const char* end) {
    if (end - at < 2 || *at != '\'') return at;
    const auto lower = [](char c) { return static_cast<char>(c | 0x20); };
    const char first = lower(at[1]);
    if (first == 's' || first == 'd' || first == 'm' || first == 't') return at + 2;
    if (end - at < 3) return at;
    if (at[1] == '\xC5' && at[2] == '\xBF') return at + 3;
    const char second = lower(at[2]);
    const bool pair =
        (first == 'l' && second == 'l') || (first == 'v' && second == 'e') || (first == 'r' && second == 'e');
    return pair ? at + 3 : at;
}

/// \p{N}{1,3}, after one digit.
inline const char* afterNumber(const char* at, const char* end) {
    for (int more = 0; more < 2 && at < end; ++more) {
        const Char c = charAt(at, end);
        if (c.what != Class::Number) break;
        at += c.size;
    }
    return at;
}

inline bool isSymbol(Class c) { return c == Class::Other || c == Class::Mark; }

/// [^\s\p{L}\p{N}]*
inline const char* afterSymbols(const char* at, const char* end) {
    while (at < end) {
        const Char c = charAt(at, end);
        if (!isSymbol(c.what)) break;
        at += c.size;
    }
    return at;
}

struct Spaces {
    const char* end;      // of all of them
    const char* last;     // where the last one begins
    const char* newline;  // behind the last newline among them; null: none
};

/// \s+, of which there is one at `at`.
inline Spaces spacesAt(const char* at, const char* end) {
    Spaces found{at, at, nullptr};
    while (found.end < end) {
        const Char c = charAt(found.end, end);
        if (c.what != Class::Space) break;
        found.last = found.end;
        found.end += c.size;
        if (isNewline(*found.last)) found.newline = found.end;
    }
    return found;
}

}  // namespace detail
}  // namespace pricing
