// Words that are not written as words: spelt with other letters, run together, or taken apart letter by
// letter.
#pragma once

#include <array>

#include "chars.h"
#include "reader.h"

namespace injection {

class Singles;

/// A word being read: as it stands, and as what its letters look like.
class Spelling {
public:
    void letter(const Char& c);
    void sign(char letter);  // a sign that may be one
    void tag(char ascii);    // a character that nobody sees
    /// From here on signs are taken for letters; `restore` takes back all since.
    void keep();
    void restore();

    uint32_t length() const { return state_.length; }
    /// The hash of what its letters look like; 0: some of them like none.
    uint32_t looks() const { return state_.latin ? state_.looks : 0; }
    /// Fills in all but begin and end.
    void into(Word& word, const Lexicon& lexicon) const;
    /// Gives its words to the sink, each at the place of `whole`, if it is several words of the lexicon run
    /// together: they have to make up most of it.
    bool apart(const Lexicon& lexicon, WordSink& sink, Singles& singles, Word whole) const;

private:
    static constexpr uint32_t kLettersMax = 256;
    struct State {
        uint32_t raw = kHashSeed, looks = kHashSeed, raw_stem = kHashSeed, looks_stem = kHashSeed;
        uint32_t length = 0, capitals = 0;
        bool latin = true;     // every letter looks like a Latin one
        bool plain = false;    // has an ASCII letter
        bool foreign = false;  // has a look-alike
        bool capital = false;
    };
    void add(uint32_t raw, char looks);

    State state_, kept_;
    std::array<char, kLettersMax> letters_;  // the first length of them
};

/// Words of one letter, held until it is known whether they are one word spelt with blanks between.
class Singles {
public:
    Singles(const Lexicon& lexicon, WordSink& sink) : lexicon_(lexicon), sink_(sink) {}

    /// True if it keeps the word. It never holds more than 64.
    bool take(const Word& word);
    /// Gives what it holds to the sink.
    void flush() {
        if (count_ > 0) release();
    }

private:
    static constexpr size_t kHeld = 64;
    static constexpr size_t kRunMin = 5;  // letters: fewer are initials or an enumeration
    static constexpr size_t kGapMax = 3;  // bytes between two of them

    void release();
    size_t segment(size_t upto);

    const Lexicon& lexicon_;
    WordSink& sink_;
    std::array<Word, kHeld> words_;
    size_t count_ = 0;
    bool long_run_ = false;
};

/// Letters of the longest word of the lexicon with which `letters` begins, 3 to 16; 0: none. `found` gets its
/// hash, stem and meaning. [any]
size_t longestWord(std::string_view letters, const Lexicon& lexicon, Word& found);

}  // namespace injection
