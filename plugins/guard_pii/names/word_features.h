// What the model looks at: a word, its neighbours, and the signs between them, within a bounded distance.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model.h"
#include "tokens.h"

namespace pii::names {

// How far, in bytes, a word's own tag may look: for the first pass at words, for the second at tags of the
// first.
constexpr uint32_t kReachBack = 56;
constexpr uint32_t kReachAhead = 32;
constexpr uint32_t kTagReachBack = 40;
constexpr uint32_t kTagReachAhead = 24;
constexpr uint32_t kRunReachBack = 96;  // for where an address begins

constexpr uint32_t kBesideMax = 10;  // for a number beside a street's word, see candidates.cpp

constexpr int kFeaturesMax = 64;
constexpr uint8_t kNoTag = kTags;  // instead of a tag that is out of reach

/// Features of one word: hashes.
struct Features {
    uint32_t ids[kFeaturesMax];
    int count = 0;
};

class Context;

/// A word and those around it that are within its reach; null where there is none.
struct Neighbours {
    Neighbours(const Context& context, const std::vector<Token>& tokens, size_t at);
    const Token *self, *b1, *b2, *b3, *a1, *a2, *a3;  // b: before, a: after
    uint32_t gap_before, gap_after;
};

/// A text's words as features see them.
class Context {
public:
    Context(std::string_view text, const Lexicon& lexicon, const std::vector<Token>& tokens)
        : text_(text), lexicon_(lexicon), tokens_(tokens) {}

    /// The word at `index + offset` if there is one within reach of the word at `index`, else null.
    const Token* near(size_t index, int offset, uint32_t back, uint32_t ahead) const;
    const Token* near(size_t index, int offset) const { return near(index, offset, kReachBack, kReachAhead); }

    /// Features of a word, for the first pass, in three steps: most words are decided after the first or the
    /// second.
    void describe(const Neighbours& neighbours, Features& features) const;
    void describeAround(const Neighbours& neighbours, Features& features) const;
    void describeFurther(const Neighbours& neighbours, Features& features) const;

    /// Features of the tags around the word, for the second pass.
    void describeTags(size_t index, const uint8_t* tags, Features& features) const;

    Gap gapBefore(size_t index) const;
    Gap gapAfter(size_t index) const;

private:
    uint32_t openingOf(size_t index, const uint8_t* tags) const;

    std::string_view text_;
    const Lexicon& lexicon_;
    const std::vector<Token>& tokens_;
};

}  // namespace pii::names
