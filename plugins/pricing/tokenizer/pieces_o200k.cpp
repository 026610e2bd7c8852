#include "pieces.h"

namespace pricing {
namespace {

// Letters without case and marks stand on both sides of the pattern: before the small letters and among them.
bool isBoth(Class c) { return c == Class::Letter || c == Class::Mark; }

// The first alternative without what stands before and behind: [\p{Lu}…]*[\p{Ll}…]+. Null: no match. Of
// capitals with no small letter behind them a regex engine gives back as many as it takes to end in one that
// is on both sides.
const char* capitalsThenSmall(const char* at, const char* end) {
    const char* both = nullptr;
    for (; at < end;) {
        const Char c = charAt(at, end);
        if (c.what == Class::Lower) break;
        if (c.what != Class::Upper && !isBoth(c.what)) return both;
        at += c.size;
        if (isBoth(c.what)) both = at;
    }
    if (at == end) return both;
    while (at < end) {
        const Char c = charAt(at, end);
        if (c.what != Class::Lower && !isBoth(c.what)) break;
        at += c.size;
    }
    return at;
}

// The second one, where the first does not match: there are only capitals.
const char* capitals(const char* at, const char* end) {
    const char* const begin = at;
    while (at < end) {
        const Char c = charAt(at, end);
        if (c.what != Class::Upper) break;
        at += c.size;
    }
    return at > begin ? at : nullptr;
}

// `second`: behind the first character, which may stand before the letters if it is none itself.
const char* word(const char* at, const char* second, Class first, const char* end) {
    if (isLetter(first)) {
        const char* behind = capitalsThenSmall(at, end);
        return behind ? behind : capitals(at, end);
    }
    if (const char* behind = capitalsThenSmall(second, end)) return behind;
    if (first == Class::Mark) return second;  // it is a word by itself
    return capitals(second, end);
}

const char* afterSpaces(const char* at, const char* end) {
    const auto spaces = detail::spacesAt(at, end);
    if (spaces.newline) return spaces.newline;
    return spaces.end < end && spaces.last > at ? spaces.last : spaces.end;
}

}  // namespace

const char* nextO200k(const char* at, const char* end) {
    const Char first = charAt(at, end);
    const char* const second = at + first.size;
    if (first.what == Class::Number) return detail::afterNumber(second, end);
    if (!isNewline(*at)) {
        if (const char* behind = word(at, second, first.what, end))
            return detail::afterContraction(behind, end);
    }
    const bool space_before = *at == ' ' && second < end && detail::isSymbol(charAt(second, end).what);
    if (detail::isSymbol(first.what) || space_before) {
        const char* behind = detail::afterSymbols(second, end);
        while (behind < end && (isNewline(*behind) || *behind == '/')) ++behind;
        return behind;
    }
    return afterSpaces(at, end);
}

}  // namespace pricing
