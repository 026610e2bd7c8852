// What a configuration adds: patterns of its own, words that are always found, values that never are.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "pass.h"

namespace re2 {
class RE2;
}

namespace pii {

/// Words and phrases, compared without regard to ASCII case, as whole words.
class DenyList {
public:
    void add(std::string_view phrase, size_t kind);
    bool empty() const { return phrases_.empty(); }
    size_t longest() const { return longest_; }
    /// Linear in the text: one look at each word's first letters, the lists of a first word are short.
    void find(Pass& pass) const;

private:
    struct Phrase {
        std::string text;  // of lower case
        size_t kind;
    };
    std::unordered_multimap<uint32_t, Phrase> phrases_;  // by hash of the first word
    size_t longest_ = 0;
};

/// Values that are no finding: without regard to case and separators.
class AllowList {
public:
    void add(std::string_view value);
    bool has(std::string_view value) const;

private:
    std::unordered_set<std::string> values_;
};

class PatternList {
public:
    PatternList();
    ~PatternList();
    /// Returns what RE2 says against it, or nothing.
    std::string add(const std::string& regex, size_t kind, float score);
    bool empty() const { return patterns_.empty(); }
    void find(Pass& pass) const;

private:
    struct Pattern {
        std::unique_ptr<re2::RE2> regex;
        size_t kind;
        float score;
    };
    std::vector<Pattern> patterns_;
};

}  // namespace pii
