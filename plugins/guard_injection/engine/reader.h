// A text as words, whatever it is dressed up as. Case, accents, look-alikes of other scripts, full-width and
// mathematical letters, "l33t", s p a c e d letters, invisible characters, %41, &#65;, \u0041, words run
// together, base64 and hex all come to the same words; rot13 and words spelt backwards are in the lexicon.
//
// One pass, linear in the length of the text; memory does not grow with it. Encodings within encodings are
// followed three deep: each is at most three quarters of the one around it.
#pragma once

#include <cstdint>
#include <string_view>

#include "lexicon.h"

namespace injection {

struct Word {
    uint32_t hash = 0;
    uint32_t stem = 0;  // the hash of its first five letters
    size_t begin = 0;   // bytes of the text; in an encoding: of all of it
    size_t end = 0;
    uint32_t length = 0;               // letters
    const Meaning* meaning = nullptr;  // null: none that the lexicon knows
    char letter = 0;                   // of words of one ASCII letter
    bool capital = false;              // begins with one
    bool shouted = false;              // nothing but capitals, two at least
    bool disguised = false;            // reads as a known word only without its disguise
    bool decoded = false;              // stood in an encoding
    bool mark = false;                 // no word but a mark: "<|", "###", "[", …
};

/// What a text has besides words.
struct Marks {
    uint32_t invisible = 0, tags = 0, lines = 0, sentences = 0, questions = 0, shouts = 0, quotes = 0,
             colons = 0, code = 0, bullets = 0, pictures = 0, decoded = 0;
};

class WordSink {
public:
    virtual ~WordSink() = default;
    virtual void word(const Word& word) = 0;
};

/// Gives every word of the text to the sink. [any]
void read(std::string_view text, const Lexicon& lexicon, WordSink& sink, Marks& marks);

/// Of one word in UTF-8, as `read` gives it. [any]
uint32_t hashOf(std::string_view word);
/// Of a word, or of a mark such as "###". [any]
uint32_t markOrWord(std::string_view text);

constexpr uint32_t kMarkBar = 0xFFFF0001;  // "<|"

}  // namespace injection
