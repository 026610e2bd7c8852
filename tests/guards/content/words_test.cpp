// Words and phrases: what is the same word to a reader, and where words begin and end.
#include <catch2/catch.hpp>

#include "engine/fold.h"
#include "engine/word_finder.h"

using namespace guard_content;

namespace {

std::vector<std::string> found(const std::vector<Phrase>& phrases, std::string_view text,
                               Disguise disguise = Disguise::None) {
    std::vector<WordHit> hits;
    WordFinder(phrases, disguise).find(text, hits);
    std::vector<std::string> all;
    for (const auto& hit : hits) all.emplace_back(text.substr(hit.begin, hit.end - hit.begin));
    return all;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("words are found whole, whatever their case") {
    const std::vector<Phrase> words{{"bomb"}, {"Kill Yourself"}};
    CHECK(found(words, "A BOMB, a bomber, abomb; bomb's") == Strings{"BOMB", "bomb"});
    CHECK(found(words, "bomb") == Strings{"bomb"});
    CHECK(found(words, "kill-yourself KILL\n\tyourself. kill/_yourself") ==
          Strings{"kill-yourself", "KILL\n\tyourself", "kill/_yourself"});
    CHECK(found(words, "kill and yourself, killyourself, kill yourselfs").empty());
    CHECK(found(words, "").empty());
}

TEST_CASE("accents, width, invisible characters and lookalikes do not count") {
    const std::vector<Phrase> words{{"cafe"}, {"Straße"}, {"łódź"}, {"password"}};
    CHECK(found(words,
                "CAFÉ cafe\xCC\x81 caf\xE2\x80\x8B"
                "e ｃａｆｅ")
              .size() == 4);
    CHECK(found(words, "STRASSE strasse Straße").size() == 3);
    CHECK(found(words, "LODZ Łódź lodz").size() == 3);
    CHECK(
        found(words, "p\xD0\xB0ssword \xF0\x9D\x90\xA9\xF0\x9D\x90\x9A\xF0\x9D\x90\xACsword pass\xC2\xADword")
            .size() == 3);
    CHECK(found(words,
                "caf\xFF"
                "e")
              .empty());  // a broken byte separates
    CHECK(found({{"café"}}, "cafe") == Strings{"cafe"});
    CHECK(found({{"cafe"}}, "a cafe\xCC\x81!") ==
          Strings{"cafe\xCC\x81"});  // the accent goes with its letter
}

TEST_CASE("letters of other scripts are letters: no word begins inside of a word") {
    CHECK(found({{"он"}}, "он они кон").size() == 1);
    CHECK(found({{"БОМБА"}}, "бомба бомбах").size() == 1);
    CHECK(found({{"еж"}}, "ёж").size() == 1);
    CHECK(found({{"ass"}}, "ассass passé çass ass").size() == 1);
    CHECK(found({{"θεος"}}, "ΘΕΌΣ").size() == 1);
    CHECK(found({{"bomb"}}, "ébomb bombé").empty());
    CHECK(found({{"سلاح"}}, "هذا سِلَاح،").size() == 1);  // vowel signs
}

TEST_CASE("in scripts without spaces a word is found anywhere") {
    CHECK(found({{"自杀"}}, "我想自杀了") == Strings{"自杀"});
    CHECK(found({{"自杀"}}, "自 杀") == Strings{"自 杀"});
    CHECK(found({{"자살"}}, "자살을") == Strings{"자살"});
    CHECK(found({{"爆弾"}}, "bomb爆弾bomb") == Strings{"爆弾"});
    CHECK(found({{"bomb"}}, "爆弾bomb爆弾") == Strings{"bomb"});
    CHECK(found({{"ระเบิด"}}, "ทำระเบิดได้").size() == 1);
}

TEST_CASE("a gap between the words of a phrase has a bound") {
    CHECK(found({{"a b"}}, "a" + std::string(16, ' ') + "b").size() == 1);
    CHECK(found({{"a b"}}, "a" + std::string(17, ' ') + "b").empty());
    std::string zero = "a";
    for (int i = 0; i < 5; ++i) zero += "\xE2\x80\x8B";
    CHECK(found({{"ab"}}, zero + "b").size() == 1);
    CHECK(found({{"ab"}}, zero + "\xE2\x80\x8B"
                                 "b")
              .empty());
    CHECK(found({{"b"}}, zero + "\xE2\x80\x8B"
                                "b")
              .size() == 1);
}

TEST_CASE("parts of words, if asked for") {
    CHECK(found({{"ass", false}}, "class ass Passé").size() == 3);
    CHECK(found({{"ass", false}, {"bomb"}}, "classbomb bomb").size() == 2);
}

TEST_CASE("digits and signs that stand for letters, if asked for") {
    const std::vector<Phrase> words{{"bomb"}, {"shit"}, {"password"}, {"4chan"}};
    CHECK(found(words, "b0mb 80mb $h1t p@55w0rd 4chan achan", Disguise::Leet).size() == 6);
    CHECK(found(words, "b0mb $h1t p@55w0rd").empty());
    CHECK(found({{"wow"}}, "wow! w0w!", Disguise::Leet).size() == 2);
    CHECK(found({{"wow"}}, "$100 !!! @", Disguise::Leet).empty());
}

TEST_CASE("phrases that cannot be looked for are known") {
    CHECK(WordFinder::foldable("c++"));
    CHECK_FALSE(WordFinder::foldable("!?"));
    CHECK_FALSE(WordFinder::foldable(""));
    CHECK_FALSE(WordFinder::foldable(std::string(200, 'a')));
    CHECK(found({{"!?"}, {"b"}}, "a !? b") == Strings{"b"});
}

TEST_CASE("thousands of words are found as a list of few, each by its own number") {
    std::vector<Phrase> many;
    for (int i = 0; i < 20'000; ++i) many.push_back({"word" + std::to_string(i * 7919 % 100'000) + "x"});
    const WordFinder finder(many);
    CHECK(finder.bytes() < 6'000'000);
    std::vector<WordHit> hits;
    std::string text;
    for (int i = 0; i < 20'000; i += 1000) text += many[static_cast<size_t>(i)].text + " and ";
    finder.find(text, hits);
    REQUIRE(hits.size() == 20);
    for (size_t i = 0; i < hits.size(); ++i) {
        const std::string got = text.substr(hits[i].begin, hits[i].end - hits[i].begin);
        CHECK(many[hits[i].phrase].text == got);
    }
}

TEST_CASE("folding never leaves the text, whatever its bytes") {
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; b += 5) {
            const std::string text{static_cast<char>(a), static_cast<char>(b)};
            const auto c = foldChar(text, 0);
            REQUIRE(c.length >= 1);
            REQUIRE(c.length <= 2);
        }
    }
    for (uint32_t c = 0x80; c < 0x30000; ++c) {
        const std::string text =
            c < 0x800 ? std::string{static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))}
            : c < 0x10000
                ? std::string{static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
                              static_cast<char>(0x80 | (c & 63))}
                : std::string{static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)),
                              static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
        const auto folded = foldChar(text, 0);
        if (folded.kind != CharKind::Word) continue;
        const std::string once(folded.folded, folded.folded_size);  // folding twice is folding once
        REQUIRE(foldedText(once) == once);
    }
}
