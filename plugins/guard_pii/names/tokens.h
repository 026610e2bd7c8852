// A text as words, with what a tagger wants to know of each of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lexicon.h"

namespace pii::names {

/// The form of a word.
enum class Shape : uint8_t {
    Lower,     // paris
    Title,     // Paris, O'Brien, Saint-Denis
    Upper,     // PARIS
    Initial,   // P
    Camel,     // McArthur, YouTube
    LowCamel,  // eBay, firstName
    Uncased,   // scripts without capitals
    Digits1,
    Digits2,
    Digits3,
    Digits4,
    Digits5,
    Digits6,   // six and more
    Year,      // 1850 to 2099
    Numbered,  // A12, SW1A
    Ordinal,   // 12b, 38-year-old, 3rd, 12-14
    Odd,       // snake_case, 2020-12-31, words of more than kWordBytesMax bytes
};
constexpr int kShapes = 17;

/// What stands between two words: the strongest of what is there.
enum class Gap : uint8_t {
    Blank,
    Comma,  // ", "
    Stop,   // ". ", "! ", "? ", "..."
    Dot,    // a full stop without a blank: example.org
    Colon,  // ": ", "; "
    Quote,  // quotes, brackets
    Dash,
    Slash,
    Ampersand,  // " & "
    Own,        // "'s "
    Line,       // the line ends
    CommaLine,  // ",\n"
    Paragraph,  // an empty line
    Symbol,     // signs of code and addresses: @ # = _ { } < > | \ * $ %
    Far,        // the next word is out of reach
    Edge,       // the text begins or ends
};
constexpr int kGaps = 16;

struct Token {
    uint32_t begin;  // bytes of the text
    uint32_t end;
    uint32_t hash;
    uint16_t known;
    Shape shape;
    Gap before;  // Far at the first word, even where the text begins

    bool is(uint16_t bits) const { return (known & bits) != 0; }
    bool isCapital() const { return shape >= Shape::Title && shape <= Shape::Camel; }
    bool isNumber() const { return shape >= Shape::Digits1 && shape <= Shape::Year; }
};

/// The words of `text` in order, put into `tokens` after clearing it. Linear; looks two bytes beyond a word's
/// end.
void tokenize(std::string_view text, const Lexicon& lexicon, std::vector<Token>& tokens);

}  // namespace pii::names
