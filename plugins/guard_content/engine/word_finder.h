// Finds words and phrases of a list in a text: whole words, whatever the case, accents, punctuation between
// them, or invisible characters in them.
//
// A phrase is compared as folded letters with one separator between words, so "kill-yourself" and
// "Kill  yourself" are "kill yourself". In scripts without spaces each character is a word: a word of
// several characters is found wherever it stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "automaton.h"

namespace guard_content {

struct WordHit {
    uint32_t begin = 0;  // bytes [begin, end) of the text, at character boundaries
    uint32_t end = 0;
    uint32_t word = 0;    // how many words stand in front of its end: distances are counted with it
    uint32_t phrase = 0;  // its number
};

enum class Disguise : uint8_t {
    None,
    Leet,  // digits and signs are read as the letters they look like: b0mb, $h1t
};

struct Phrase {
    std::string text;
    bool whole_words = true;  // false: also inside of words ("class" contains "ass")
};

class WordFinder {
public:
    /// Between two letters or words of a phrase at most so many bytes of separators or invisible characters.
    static constexpr size_t kGapBytesMax = 16;
    /// Folded bytes of the longest phrase that can be looked for.
    static constexpr size_t kPhraseBytesMax = 128;

    WordFinder() = default;
    /// Phrases that fold to nothing (only punctuation) or to more than kPhraseBytesMax are never found: ask
    /// foldable() first.
    explicit WordFinder(const std::vector<Phrase>& phrases, Disguise disguise = Disguise::None);

    static bool foldable(std::string_view phrase);

    /// Appends all of them, also such that overlap, by ascending end. The text counts as standing alone: its
    /// ends are word boundaries. [any]
    void find(std::string_view text, std::vector<WordHit>& hits) const;

    bool empty() const { return lengths_.empty(); }
    /// How far a hit can reach: bytes of text for the longest phrase with the widest gaps.
    size_t reach() const { return reach_; }
    /// Bytes of the longest phrase as somebody would usually write it.
    size_t usualLength() const { return usual_length_; }
    size_t bytes() const { return automaton_.bytes(); }

private:
    class Scan;

    Automaton automaton_;
    std::vector<uint16_t> lengths_;  // of each phrase as the automaton sees it, 0 if it is never found
    std::vector<bool> whole_;
    uint32_t after_separator_ = 0;  // the state at the beginning of a word
    bool only_whole_ = true;        // then a word whose beginning is in no phrase can be skipped
    Disguise disguise_ = Disguise::None;
    size_t reach_ = 0;
    size_t usual_length_ = 0;
};

}  // namespace guard_content
