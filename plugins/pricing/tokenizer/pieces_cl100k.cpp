#include "pieces.h"

namespace pricing {
namespace {

const char* afterLetters(const char* at, const char* end) {
    while (at < end) {
        const Char c = charAt(at, end);
        if (!isLetter(c.what)) break;
        at += c.size;
    }
    return at;
}

const char* afterSpaces(const char* at, const char* end) {
    const auto spaces = detail::spacesAt(at, end);
    if (spaces.end == end) return end;
    if (spaces.newline) return spaces.newline;
    return spaces.last > at ? spaces.last : spaces.end;
}

}  // namespace

const char* nextCl100k(const char* at, const char* end) {
    if (*at == '\'') {
        const char* behind = detail::afterContraction(at, end);
        if (behind > at) return behind;
    }
    const Char first = charAt(at, end);
    const char* const second = at + first.size;
    if (isLetter(first.what)) return afterLetters(second, end);
    if (first.what == Class::Number) return detail::afterNumber(second, end);
    const Class next = second < end ? charAt(second, end).what : Class::Space;
    if (isLetter(next) && !isNewline(*at)) return afterLetters(second, end);
    if (detail::isSymbol(first.what) || (*at == ' ' && detail::isSymbol(next))) {
        const char* behind = detail::afterSymbols(second, end);
        while (behind < end && isNewline(*behind)) ++behind;
        return behind;
    }
    return afterSpaces(at, end);
}

}  // namespace pricing
