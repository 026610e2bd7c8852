// Characters, findings that overlap, texts that are cut and put together, and what is remembered.
#include <catch2/catch.hpp>

#include "cache.h"
#include "characters.h"
#include "pieces.h"

using namespace guard_remote;

namespace {

std::string shownOf(std::vector<Found> found) {
    settle(found);
    std::string all;
    for (const auto& one : found)
        all += std::to_string(one.begin) + "-" + std::to_string(one.end) + one.entity + " ";
    return all;
}

std::string many(std::string_view what, size_t times) {
    std::string all;
    for (size_t i = 0; i < times; ++i) all += what;
    return all;
}

}  // namespace

TEST_CASE("positions in characters become bytes", "[texts]") {
    const std::string text = "a\u00e9\u6f22\U0001F600b";
    const CharacterIndex index(text);
    CHECK(characters(text) == 5);
    CHECK(index.byteOf(0) == 0);
    CHECK(index.byteOf(1) == 1);
    CHECK(index.byteOf(2) == 3);
    CHECK(index.byteOf(3) == 6);
    CHECK(index.byteOf(4) == 10);
    CHECK(index.byteOf(5) == 11);
    CHECK_FALSE(index.byteOf(6));
    CHECK_FALSE(index.byteOf(SIZE_MAX));
    const CharacterIndex none("");
    CHECK(none.byteOf(0) == 0);
    CHECK_FALSE(none.byteOf(1));
    // Past strides, in any order.
    for (const std::string_view letter : {"x", "\u00e9", "\U0001F600"}) {
        const std::string longer = many(letter, 1000);
        const CharacterIndex far(longer);
        for (const size_t at : {999u, 0u, 255u, 256u, 257u, 512u, 1000u})
            CHECK(far.byteOf(at) == at * letter.size());
        CHECK_FALSE(far.byteOf(1001));
        CHECK_FALSE(far.byteOf(1024));
    }
    CHECK(blank(" \t\r\n"));
    CHECK_FALSE(blank("\u00a0"));
    // Bytes that are no UTF-8 do no harm.
    const CharacterIndex broken(
        "\x80\x80"
        "a\xC3");
    CHECK(broken.byteOf(1));
    CHECK_FALSE(broken.byteOf(5));
}

TEST_CASE("of findings that overlap every byte stays covered", "[texts]") {
    CHECK(shownOf({{5, 9, "B", 0.5, ""}, {0, 4, "A", 0.5, ""}}) == "0-4A 5-9B ");
    CHECK(shownOf({{0, 10, "A", 0.5, ""}, {5, 15, "B", 0.9, ""}}) == "0-5A 5-15B ");
    CHECK(shownOf({{0, 20, "A", 0.5, ""}, {5, 15, "B", 0.9, ""}}) == "0-5A 5-15B 15-20A ");
    CHECK(shownOf({{5, 15, "A", 0.5, ""}, {0, 20, "B", 0.9, ""}}) == "0-20B ");
    CHECK(shownOf({{0, 4, "A", 1, ""}, {0, 8, "B", 1, ""}}) == "0-8B ");
    CHECK(shownOf({{3, 3, "A", 1, ""}, {4, 3, "B", 1, ""}}).empty());
    CHECK(shownOf({{0, 3, "A", 1, ""}, {6, 9, "A", 1, ""}, {1, 8, "B", 0.5, ""}}) == "0-3A 3-6B 6-9A ");
    // By brute force: each byte is covered by the first that claims it.
    uint32_t seed = 1;
    const auto next = [&](uint32_t bound) { return (seed = seed * 1664525 + 1013904223) / 65536 % bound; };
    for (int round = 0; round < 300; ++round) {
        std::vector<Found> found;
        std::vector<bool> wanted(40), got(40);
        for (int i = 0; i < 6; ++i) {
            const size_t begin = next(30), end = begin + next(10);
            found.push_back({begin, end, "E", static_cast<double>(next(3)), ""});
            for (size_t at = begin; at < end; ++at) wanted[at] = true;
        }
        settle(found);
        size_t last = 0;
        for (const auto& one : found) {
            REQUIRE(one.begin >= last);
            REQUIRE(one.begin < one.end);
            last = one.end;
            for (size_t at = one.begin; at < one.end; ++at) got[at] = true;
        }
        REQUIRE(got == wanted);
    }
    CHECK(masked("abcdef", {{1, 3, "X", 1, "<X>"}, {5, 6, "Y", 1, ""}}) == "a<X>de");
}

TEST_CASE("long texts are cut where words end, and the parts meet", "[texts]") {
    const std::string words = many("seven77 ", 100) + many("\u6f22\u5b57", 300);
    for (const size_t chars : {40u, 100u, 333u}) {
        for (const size_t overlap : {0u, 10u}) {
            const auto parcels = packed({{words, "user"}}, {1, chars, 0}, overlap);
            REQUIRE(parcels.size() > 3);
            size_t end = 0;
            for (const auto& parcel : parcels) {
                REQUIRE(parcel.size() == 1);
                const auto& part = parcel.front();
                const auto text = std::string_view(words).substr(part.begin, part.end - part.begin);
                CHECK(characters(text) <= chars);
                CHECK((overlap == 0 ? part.begin == end : part.begin <= end));
                CHECK(part.end > end);
                CHECK(characterBegin(words, part.begin) == part.begin);
                CHECK(characterBegin(words, part.end) == part.end);
                if (part.end < 800) CHECK(words[part.end - 1] == ' ');
                end = part.end;
            }
            CHECK(end == words.size());
        }
    }
    CHECK(cutBefore("one. two three", 3, 12) == 5);
    CHECK(cutBefore("one\ntwo. three", 0, 12) == 4);
    CHECK(cutBefore("onetwothree", 3, 8) == 8);
    CHECK(cutBefore("\u6f22\u6f22", 0, 4) == 3);
}

TEST_CASE("texts share calls as far as the service permits", "[texts]") {
    const std::vector<Piece> texts{{"aaaa", "user"}, {"bbbb", "user"}, {"cc", "user"}, {"dd", "user"}};
    CHECK(packed(texts, {1, 0, 0}, 0).size() == 4);
    CHECK(packed(texts, {0, 0, 0}, 0).size() == 1);
    CHECK(packed(texts, {3, 0, 0}, 0).size() == 2);
    const auto by_size = packed(texts, {0, 0, 8}, 0);
    REQUIRE(by_size.size() == 2);
    CHECK(by_size[0].size() == 2);
    const auto cut = packed({{"aaaaaaaaaa", "user"}, {"b", "user"}}, {5, 6, 0}, 0);
    REQUIRE(cut.size() == 2);  // the parts of one text are not in one call
    CHECK(cut[1].size() == 2);
}

TEST_CASE("judgements of parts become one", "[texts]") {
    const std::string text = "one two three";
    Judgement whole;
    merge(whole, text, {0, 0, 4}, {});
    CHECK_FALSE(whole.edited);
    Judgement second;
    second.edited = "2 ";
    second.labels = {"X"};
    merge(whole, text, {0, 4, 8}, std::move(second));
    Judgement third;
    third.labels = {"X"};
    third.found = {{0, 5, "Y", 1, "<Y>"}};
    merge(whole, text, {0, 8, 13}, std::move(third));
    CHECK(whole.edited == "one 2 three");
    CHECK(whole.labels == std::vector<std::string>{"X"});
    CHECK(whole.found.front().begin == 8);
}

TEST_CASE("what is remembered has bounds", "[cache]") {
    Cache cache({3, 100'000, 1000}, "salt");
    const auto key = [&](std::string_view text) { return cache.keyOf("context", text); };
    Judgement bad;
    bad.blocked = true;
    cache.put(key("a"), bad, 0);
    cache.put(key("b"), {}, 0);
    cache.put(key("c"), {}, 0);
    CHECK(cache.find(key("a"), 999)->blocked);
    cache.put(key("d"), {}, 0);  // b was not asked for longest
    CHECK_FALSE(cache.find(key("b"), 1));
    CHECK(cache.find(key("a"), 1));
    CHECK(cache.entries() == 3);
    CHECK_FALSE(cache.find(key("a"), 1000));  // too old
    CHECK(cache.entries() == 2);
    cache.put(key("c"), bad, 5);
    CHECK(cache.entries() == 2);
    CHECK(cache.find(key("c"), 5)->blocked);

    Cache small({1000, 2000, 1000}, "salt");
    Judgement big;
    big.edited = std::string(1000, 'x');
    small.put(small.keyOf("", "1"), big, 0);
    small.put(small.keyOf("", "2"), big, 0);
    CHECK(small.entries() == 1);
    CHECK(small.bytes() < 2000);
    big.edited = std::string(3000, 'x');
    small.put(small.keyOf("", "3"), big, 0);
    CHECK(small.entries() == 1);
    CHECK_FALSE(small.find(small.keyOf("", "3"), 0));
    Cache none({0, 2000, 1000}, "salt");
    none.put(none.keyOf("", "1"), {}, 0);
    CHECK(none.entries() == 0);
}

TEST_CASE("keys differ by text, context and instance", "[cache]") {
    const Cache one({}, "1"), two({}, "2");
    CHECK(one.keyOf("", "text") == one.keyOf("", "text"));
    CHECK(one.keyOf("", "text") != two.keyOf("", "text"));
    CHECK(one.keyOf("a", "btext") != one.keyOf("ab", "text"));
    CHECK(one.keyOf("", "1:atext") != one.keyOf("a", "text"));
}
