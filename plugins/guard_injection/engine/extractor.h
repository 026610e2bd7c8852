// What training and scoring see of a text: for each window of it a row of numbers and a set of hashed
// n-grams.
//
// A window is up to 384 words; the next begins 192 words later. A text of 2 KB is one window, and a sentence
// in a long document is not outvoted by the rest of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lexicon.h"
#include "matcher.h"
#include "reader.h"

namespace injection {

constexpr uint32_t kNgramBits = 17;
constexpr uint32_t kBlockWords = 192;  // half a window

struct Window {
    std::vector<float> dense;      // in the order of featureNames()
    float doubt = 0;               // 0 to 1: what all of its phrases are worth together
    std::vector<uint32_t> ngrams;  // below 1 << kNgramBits, each once
};

/// Name and sign of each number in Window::dense: "class.ignore.some" and '+'. See words.txt for the signs.
struct FeatureName {
    std::string name;
    char sign;
};
std::vector<FeatureName> featureNames(const Lexicon& lexicon);

class WindowSink {
public:
    virtual ~WindowSink() = default;
    /// The window is the extractor's: valid until it returns.
    virtual void window(const Window& window) = 0;
};

/// Reads a text once and gives its windows to the sink; a text without a word has one, too.
class Extractor final : public WordSink {
public:
    /// `half`: words in half a window.
    Extractor(const Lexicon& lexicon, WindowSink& sink, uint32_t half = kBlockWords);

    void extract(std::string_view text);
    /// What the text had besides words.
    const Marks& marks() const { return marks_; }
    void word(const Word& word) override;

private:
    struct Block {
        std::vector<uint16_t> classes, groups;
        std::vector<float> strongest;  // by group: of its phrases
        std::vector<uint32_t> ngrams;
        uint32_t words = 0, capitals = 0, shouted = 0, disguised = 0, decoded = 0, letters = 0, marks = 0;
        Marks seen;  // what the text had up to its end
    };
    void close();
    void fill(const Marks& before);
    void structure(const Marks& before, float words, std::vector<float>::iterator out);
    void phrases(std::vector<float>::iterator& out);
    uint32_t sum(uint32_t Block::*member) const { return blocks_[0].*member + blocks_[1].*member; }

    const Lexicon& lexicon_;
    WindowSink& sink_;
    const uint32_t half_;
    Matcher matcher_;
    Marks marks_;
    std::array<Block, 2> blocks_;  // the one before, the one being read
    Marks before_;                 // marks up to the begin of blocks_[0]
    Window window_;
    std::vector<uint64_t> taken_;               // n-grams of the window, a bit each
    const size_t question_, you_, must_, act_;  // classes of words
    uint32_t last_hash_ = 0;
    float opening_ = 0;    // 1: the text begins like a question
    bool closed_ = false;  // a window has been given
};

}  // namespace injection
