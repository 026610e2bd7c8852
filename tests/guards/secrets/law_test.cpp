// What is found does not depend on how a stream was cut.
#include "made.h"
#include "recut.h"

#include <catch2/catch.hpp>
#include <ctime>

namespace {

// Pieces of texts in a random order: secrets of every kind, near misses, prose, bytes of any value.
std::string soup(made::Random& random) {
    static const auto kFormats = made::formats();
    std::string text;
    for (int i = 0; i < 12; ++i) {
        switch (random() % 12) {
            case 0:
                text +=
                    made::pem(random, "RSA PRIVATE KEY", 200 + random() % 1500, random() % 2 ? "\n" : "\\n");
                break;
            case 1:
                text += "password = \"" + made::some(random, made::kAlnum, 5 + random() % 200) + "\"";
                break;
            case 2:
                text += "postgres://u:" + made::some(random, made::kAlnum, random() % 30) + "@h/db";
                break;
            case 3:
                text += "eyJhbGciOiJIUzI1NiJ9.eyJ" + made::some(random, made::kAlnum, random() % 900) +
                        ".sig" + made::some(random, made::kAlnum, 40);
                break;
            case 4:
                text += "the token is " + made::some(random, made::kHex, 40);
                break;
            case 5:
                text += " api_key: " + made::some(random, made::kAlnum, 20);
                break;
            case 6:
                for (size_t n = random() % 60; n > 0; --n) text += static_cast<char>(random());
                break;
            case 7:
                text += made::some(random, made::kBase64, random() % 400);
                break;
            case 8:
                text += "Authorization: Bearer " + made::some(random, made::kAlnum, 10 + random() % 300);
                break;
            case 9:
                text += "secret: token=password:key=\"'//@~Q8~=(";
                break;
            default:
                text += made::token(random, kFormats[random() % kFormats.size()]);
        }
        text += random() % 4 == 0 ? "" : random() % 3 == 0 ? "\n" : " and so on, ";
    }
    return text;
}

}  // namespace

TEST_CASE("in whatever pieces a text comes, the same is found") {
    const secrets::SecretScanner scanner;
    for (unsigned seed = 0; seed < 400; ++seed) {
        made::Random random(seed);
        const auto text = soup(random);
        const auto expected = recut::whole(scanner, text);
        for (const size_t most : {1u, 7u, 60u, 900u}) {
            if (most == 1 && seed % 10 != 0) continue;
            const auto in_pieces =
                recut::inPieces(scanner, text, [&random, most] { return 1 + random() % most; });
            INFO("seed " << seed << ", pieces up to " << most);
            for (size_t i = 0; i < std::min(in_pieces.size(), expected.size()); ++i) {
                INFO(expected[i].entity
                     << " at " << expected[i].begin << ".." << expected[i].end << " and "
                     << in_pieces[i].entity << " at " << in_pieces[i].begin << ".." << in_pieces[i].end
                     << " in " << text.substr(expected[i].begin < 300 ? 0 : expected[i].begin - 300, 500));
                REQUIRE(in_pieces[i] == expected[i]);
            }
            REQUIRE(in_pieces.size() == expected.size());
        }
    }
}

TEST_CASE("a long value with bytes of any kind in it") {
    const secrets::SecretScanner scanner;
    for (unsigned seed = 0; seed < 300; ++seed) {
        made::Random random(seed);
        auto text = "api_key = " + made::some(random, made::kAlnum, 200 + random() % 600) + " and so on";
        for (int i = 0; i < 3; ++i) text[12 + random() % (text.size() - 12)] = static_cast<char>(random());
        INFO(seed);
        REQUIRE(recut::inPieces(scanner, text, [&random] { return 1 + random() % 90; }) ==
                recut::whole(scanner, text));
    }
}

TEST_CASE("findings ascend, do not overlap, and none is longer than it says") {
    const secrets::SecretScanner scanner;
    for (unsigned seed = 1000; seed < 1200; ++seed) {
        made::Random random(seed);
        const auto text = soup(random);
        size_t last = 0;
        for (const auto& one : made::found(text, scanner)) {
            REQUIRE(one.begin >= last);
            REQUIRE(one.begin < one.end);
            REQUIRE(one.end <= text.size());
            REQUIRE(one.end - one.begin <= scanner.longest());
            last = one.end;
        }
    }
}

TEST_CASE("any bytes do") {
    made::Random random(5);
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        for (size_t n = random() % 300; n > 0; --n)
            text += "=:~>(,\"' \n-uABQ8@/\\key$<{}|passBEGIN"[random() % 36];
        std::vector<sluice::Finding> found;
        secrets::SecretScanner().find(text, random() % (text.size() + 1), found);
        (void)secrets::redact(text);
    }
}

TEST_CASE("time is linear, whatever is sent") {
    const secrets::SecretScanner scanner;
    const auto texts = {std::string("password: "),
                        std::string("-----BEGIN PRIVATE KEY-----"),
                        std::string("eyJhbGciOiJIUzI1NiJ9."),
                        std::string("a://b:"),
                        std::string("\\"),
                        std::string("="),
                        std::string("secret is "),
                        std::string("mysql -p"),
                        std::string("A"),
                        std::string("a@b:c@"),
                        std::string("Private-Lines: 1\n"),
                        std::string("\"a\","),
                        std::string("sk-")};
    for (const auto& unit : texts) {
        std::string text;
        while (text.size() < 1'000'000) text += unit;
        const auto begin = std::clock();
        std::vector<sluice::Finding> found;
        scanner.find(text, 0, found);
        INFO(unit);
        CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 1.5);  // the processor's time
    }
}
