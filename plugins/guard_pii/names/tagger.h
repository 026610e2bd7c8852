// Gives each word of a text a tag: no name, or that a name of some kind begins or goes on with it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "word_features.h"

namespace pii::names {

/// A text's words and tags; kept by a thread and used again, so that scanning does not allocate.
struct Tagged {
    std::vector<Token> tokens;
    std::vector<uint8_t> candidates;
    std::vector<uint8_t> first;  // tags of the first pass: each word for itself
    std::vector<uint8_t> tags;   // of the second: each word with its neighbours' first tags
    std::vector<Scores> scores;  // of the first pass, then of the second; of candidates only
};

/// Tags all words of `text`. A word's tag depends on its neighbourhood alone: see word_features.h for how
/// far.
void tag(std::string_view text, const Lexicon& lexicon, const Model& model, Tagged& tagged);

}  // namespace pii::names
