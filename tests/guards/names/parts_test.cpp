// The parts below the scanner: letters, words, what is known of them.
#include <catch2/catch.hpp>

#include "names/letters.h"
#include "names/tokens.h"

using namespace pii::names;

namespace {

std::string folded(std::string_view word) {
    char out[64];
    return {out, fold(word, out, sizeof out)};
}

std::vector<Token> words(std::string_view text) {
    std::vector<Token> tokens;
    tokenize(text, Lexicon::builtIn(), tokens);
    return tokens;
}

Shape shapeOf(std::string_view word) { return words(word).at(0).shape; }

}  // namespace

TEST_CASE("30 letters lose case and accents") {
    CHECK(folded("ŠÁRKA") == "sarka");
    CHECK(folded("Ærøskøbing") == "aroskobing");
    CHECK(folded("Nguyễn") == "nguyen");
    CHECK(folded("ΆΣΤΡΟΥΣ") == folded("άστρους"));
    CHECK(folded("Ёлка") == folded("елка"));
    CHECK(folded("O\xE2\x80\x99"
                 "Brien") == "o'brien");
    CHECK(folded("A\xCC\x81") == "a");  // a combining accent
}

TEST_CASE("31 bytes that are no UTF-8 are gaps of one byte") {
    for (const char* bytes : {"\xFF", "\xC3", "\xE2\x82", "\x80", "\xC0\x80", "\xF5\x80\x80\x80"}) {
        Letter letter = letterAt(bytes, 0);
        CHECK(letter.bytes == 1);
        CHECK(letter.kind == Kind::Gap);
    }
}

TEST_CASE("32 shapes") {
    CHECK(shapeOf("paris") == Shape::Lower);
    CHECK(shapeOf("Paris") == Shape::Title);
    CHECK(shapeOf("Saint-Denis") == Shape::Title);
    CHECK(shapeOf("O'Brien") == Shape::Title);
    CHECK(shapeOf("PARIS") == Shape::Upper);
    CHECK(shapeOf("ΠΑΦΟΣ") == Shape::Upper);
    CHECK(shapeOf("Ö") == Shape::Initial);
    CHECK(shapeOf("McArthur") == Shape::Camel);
    CHECK(shapeOf("eBay") == Shape::LowCamel);
    CHECK(shapeOf("张伟") == Shape::Uncased);
    CHECK(shapeOf("7") == Shape::Digits1);
    CHECK(shapeOf("1234567") == Shape::Digits6);
    CHECK(shapeOf("1984") == Shape::Year);
    CHECK(shapeOf("1284") == Shape::Digits4);
    CHECK(shapeOf("12b") == Shape::Ordinal);
    CHECK(shapeOf("SW1A") == Shape::Numbered);
    CHECK(shapeOf("first_name") == Shape::Odd);
    CHECK(shapeOf(std::string(41, 'a')) == Shape::Odd);
}

TEST_CASE("33 gaps") {
    auto gap = [](std::string_view text) { return words(text).at(1).before; };
    CHECK(gap("a b") == Gap::Blank);
    CHECK(gap("a, b") == Gap::Comma);
    CHECK(gap("a. b") == Gap::Stop);
    CHECK(gap("a.b") == Gap::Dot);
    CHECK(gap("a: b") == Gap::Colon);
    CHECK(gap("a \"b") == Gap::Quote);
    CHECK(gap("a \xE2\x80\x93 b") == Gap::Dash);
    CHECK(gap("a/b") == Gap::Slash);
    CHECK(gap("a & b") == Gap::Ampersand);
    CHECK(gap("a's b") == Gap::Own);
    CHECK(gap("a\xE2\x80\x99s b") == Gap::Own);
    CHECK(gap("a\nb") == Gap::Line);
    CHECK(gap("a,\n b") == Gap::CommaLine);
    CHECK(gap("a\n \nb") == Gap::Paragraph);
    CHECK(gap("a@b") == Gap::Symbol);
}

TEST_CASE("34 what is known of words does not depend on case and accents") {
    auto known = [](std::string_view word) { return words(word).at(0).known; };
    CHECK((known("Anna") & kGiven) != 0);
    CHECK((known("ANNA") & kGiven) != 0);
    CHECK((known("Müller") & kFamily) != 0);
    CHECK((known("Muller") & kFamily) != 0);
    CHECK((known("Germany") & kCountry) != 0);
    CHECK((known("ulica") & kStreet) != 0);
    CHECK((known("GmbH") & kOrgSuffix) != 0);
    CHECK((known("table") & kOrdinary) != 0);
    CHECK((known("Anna-Maria") & kGiven) != 0);
    CHECK(known("xqzzt") == 0);
}

TEST_CASE("35 the end of the memory is not passed") {
    // Words of each length at the very end of a buffer that is exactly as large: for the address sanitizer.
    for (size_t size = 1; size < 24; ++size) {
        std::vector<char> text(size, 'b');
        CHECK(words({text.data(), size}).size() == 1);
    }
}
