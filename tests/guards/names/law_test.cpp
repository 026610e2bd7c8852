// What holds for any text: the law of scanners, order, bounds.
#include <catch2/catch.hpp>
#include <chrono>

#include "names/name_scanner.h"
#include "recut.h"
#include "texts.h"

using names_test::findCut;
using names_test::findWhole;
using names_test::Found;

namespace {

const pii::NameScanner& scanner() {
    static const pii::NameScanner all(pii::NameScanner::kAll);
    return all;
}

bool isInBounds(const std::vector<Found>& found, size_t size) {
    size_t last = 0;
    for (const Found& one : found) {
        if (one.begin < last || one.end <= one.begin || one.end > size) return false;
        if (one.end - one.begin > scanner().longest() || one.score < 0.5f || one.score > 1) return false;
        last = one.end;
    }
    return true;
}

}  // namespace

TEST_CASE("01 a text is found the same in one piece and in any pieces") {
    std::mt19937 random(1);
    for (int round = 0; round < 400; ++round) {
        std::string text = names_test::mixture(random, 1 + static_cast<int>(random() % 12));
        std::vector<Found> whole = findWhole(scanner(), text);
        size_t most = round % 3 == 0 ? 5 : round % 3 == 1 ? 60 : 900;
        INFO(text);
        REQUIRE(findCut(scanner(), text, most, random) == whole);
    }
}

TEST_CASE("02 a finding stands on the bytes within its bounds alone") {
    std::mt19937 random(2);
    size_t tried = 0;
    for (int round = 0; round < 60; ++round) {
        std::string text = names_test::mixture(random, 12);
        for (const Found& one : findWhole(scanner(), text)) {
            size_t begin = one.begin - std::min(one.begin, scanner().lookBehind());
            size_t end = std::min(text.size(), one.end + scanner().lookAhead());
            // Other bytes around: the finding must be the same.
            std::string before = begin ? names_test::mixture(random, 2) : "";
            std::string other = before + text.substr(begin, end - begin) +
                                (end < text.size() ? names_test::mixture(random, 2) : "");
            size_t shift = before.size() - begin;
            std::vector<Found> again = findWhole(scanner(), other);
            Found expected{one.begin + shift, one.end + shift, one.entity, one.score};
            INFO(other << "\n" << one.entity << " " << text.substr(one.begin, one.end - one.begin));
            REQUIRE(std::find(again.begin(), again.end(), expected) != again.end());
            ++tried;
        }
    }
    CHECK(tried > 500);
}

TEST_CASE("03 findings ascend, do not overlap, and have bounds, whatever the bytes are") {
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (unsigned i = random() % 3000; i > 0; --i)
            text += static_cast<char>(round % 2 ? random() : " AaBb1,.\n\xC3\x84'-"[random() % 14]);
        REQUIRE(isInBounds(findWhole(scanner(), text), text.size()));
    }
}

TEST_CASE("04 long texts are tagged in pieces, and it does not show") {
    std::mt19937 random(4);
    std::string text = names_test::mixture(random, 1200);
    REQUIRE(text.size() > 80000);
    std::vector<Found> whole = findWhole(scanner(), text);
    CHECK(isInBounds(whole, text.size()));
    CHECK(findCut(scanner(), text, 7000, random) == whole);
}

TEST_CASE("05 findings are at ends of characters") {
    std::mt19937 random(5);
    for (int round = 0; round < 50; ++round) {
        std::string text;
        for (int i = 0; i < 20; ++i)
            text += names_test::sentences()[random() % names_test::sentences().size()];
        for (const Found& one : findWhole(scanner(), text)) {
            REQUIRE((static_cast<unsigned char>(text[one.begin]) & 0xC0) != 0x80);
            if (one.end < text.size()) REQUIRE((static_cast<unsigned char>(text[one.end]) & 0xC0) != 0x80);
        }
    }
}

TEST_CASE("06 what begins before `from` is not reported") {
    std::string text = "Anna Lindqvist met Peter Novak in Oslo.";
    std::vector<sluice::Finding> found;
    scanner().find(text, 6, found);
    REQUIRE(!found.empty());
    for (const sluice::Finding& one : found) CHECK(one.begin >= 6);
    CHECK(text.substr(found[0].begin, found[0].end - found[0].begin) == "Peter Novak");
    found.clear();
    scanner().find(text, text.size(), found);
    scanner().find("", 0, found);
    CHECK(found.empty());
}
