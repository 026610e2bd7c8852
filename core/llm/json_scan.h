// Walking over JSON text that simdjson has accepted: it is known to be well formed, so only ends are looked
// for.
#pragma once

#include <string_view>

namespace sluice::llm {

inline bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

inline size_t skipSpace(std::string_view text, size_t at) {
    while (at < text.size() && isSpace(text[at])) ++at;
    return at;
}

// `at` is the opening quote; returns the position behind the closing one.
inline size_t skipString(std::string_view text, size_t at) {
    for (size_t from = at + 1;;) {
        const size_t quote = text.find('"', from);
        if (quote == std::string_view::npos) return text.size();
        size_t slashes = 0;
        while (text[quote - 1 - slashes] == '\\') ++slashes;
        if (slashes % 2 == 0) return quote + 1;
        from = quote + 1;
    }
}

inline size_t skipValue(std::string_view text, size_t at) {
    size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = skipString(text, at);
        } else if (c == '{' || c == '[') {
            ++depth;
            ++at;
            continue;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return at;
            --depth;
            ++at;
        } else if (depth == 0) {
            while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' &&
                   !isSpace(text[at]))
                ++at;
            return at;
        } else {
            ++at;
            continue;
        }
        if (depth == 0) return at;
    }
    return at;
}

}  // namespace sluice::llm
