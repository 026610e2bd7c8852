// Names with stars, as configurations write them: "gpt-*", "bedrock/*-claude-*".
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice {

/// Does the whole of `text` fit? A star stands for anything, also for nothing; all else for itself. Linear in
/// the text for each star. [any thread]
inline bool matchesGlob(std::string_view pattern, std::string_view text) {
    constexpr size_t kNone = std::string_view::npos;
    size_t p = 0, t = 0, star = kNone, from = 0;
    // From left to right; what the last star stands for grows where the rest does not fit.
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != kNone) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == kNone;
}

}  // namespace sluice
