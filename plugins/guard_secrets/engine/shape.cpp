#include "shape.h"

#include <algorithm>
#include <cassert>

namespace secrets {

namespace {

Class classOf(char letter) {
    switch (letter) {
        case 'd':
            return kDigit;
        case 'h':
            return kHex;
        case 'H':
            return kDigit | kHighHex;
        case 'x':
            return kAnyHex;
        case 'l':
            return kLower;
        case 'a':
            return kLower | kDigit;
        case 'A':
            return kUpper | kDigit;
        case 'w':
            return kAlnum;
        case 'u':
            return kUrl64;
        case 'v':
            return kUrl64 | kEquals;
        case 'b':
            return kBase64;
        case 'B':
            return kBase64 | kEquals;
        case 'c':
            return kBase64 | kUrl64 | kEquals;
        case 't':
            return kUrl64 | kDot | kEquals;
        case 'm':
            return kUrl64 | kDot | kTilde | kEquals;
        case 'p':
            return kEquals;
        default:
            assert(false && "no such class");
            return 0;
    }
}

size_t number(std::string_view text, size_t& at) {
    size_t value = 0;
    while (isAt(text, at, kDigit)) value = value * 10 + static_cast<size_t>(text[at++] - '0');
    return value;
}

}  // namespace

Shape::Shape(std::string_view text) {
    while (!text.empty()) {
        const size_t end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        Item item;
        if (word[0] == '=') {
            item.literal = word.substr(1);
        } else {
            size_t at = 1;
            item.any = classOf(word[0]);
            item.min = item.max = number(word, at);
            if (at < word.size() && word[at] == ',') item.max = number(word, ++at);
            if (at < word.size() && word[at] == '+') item.max = kNoMatch;
        }
        items_.push_back(item);
    }
    if (!items_.empty() && items_.back().max == kNoMatch) open_ = items_.back().any;
}

size_t Shape::match(std::string_view text, size_t at, size_t limit) const {
    const auto seen = text.substr(0, std::min(limit, text.size()));
    for (const auto& item : items_) {
        if (!item.literal.empty()) {
            if (!textAt(seen, at, item.literal)) return kNoMatch;
            at += item.literal.size();
            continue;
        }
        const size_t end = runEnd(seen, at, item.any, item.max);
        if (end - at < item.min) return kNoMatch;
        at = end;
    }
    if (items_.empty() || at >= seen.size()) return at;
    const Class more = static_cast<Class>(items_.back().any | kWord);
    return is(seen[at], more) ? kNoMatch : at;
}

}  // namespace secrets
