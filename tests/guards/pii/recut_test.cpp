// What is found does not depend on how a text was cut, and nothing is read outside of it.
#include <engine/rule_scanner.h>
#include <support/recut.h>
#include <catch2/catch.hpp>
#include <chrono>

namespace {

pii::RuleScanner everything(bool lenient = false) {
    pii::Options options;
    for (const auto name : pii::RuleScanner::known()) options.entities.emplace(name);
    options.lenient = lenient;
    return pii::RuleScanner(options);
}

// Values of all sorts, as pieces to build texts from; made up, or published as examples.
const char* const kPieces[] = {"4111 1111 1111 1111",
                               "ssn",
                               ": ",
                               "219-09-9998",
                               " ",
                               " ",
                               " ",
                               ", ",
                               ".",
                               "\n",
                               "-",
                               "jo.doe+x@example.co.uk",
                               "GB29 NWBK 6016 1331 9268 19",
                               "192.168.1.254/24",
                               "2001:db8::8a2e:370:7334",
                               "fe80::1%eth0",
                               "00:1A:2B:3C:4D:5E",
                               "https://example.com/a?b=1&c=(2)",
                               "example.org",
                               "+49 (0)30 901820",
                               "(212) 555-0187",
                               "0171 5550123",
                               "31.12.1999",
                               "2024-03-15T14:30:00Z",
                               "May-21",
                               "phone",
                               "Steuernummer",
                               "passport",
                               "C01234565",
                               "B AB 1234",
                               "HRB 12345",
                               "AB51 ABC",
                               "34 ABC 123",
                               "131052-308T",
                               "hetu131052-308T",
                               "27ABCDE1234F1Z5",
                               "1 1 1 1 1",
                               "@",
                               "::",
                               "12",
                               "x",
                               "\xC3\xA9",
                               "\xE2\x80\x8B",
                               "\xC2\xA0",
                               "\xEF\xBC\x91\xEF\xBC\x92",
                               "the cat sat on a mat",
                               "age 34",
                               "99950",
                               "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
                               "0x52908400098527886E0F7030069857D2E4169EE7",
                               "EC1A 1BB",
                               "912-70-1234",
                               "123.456.789-09",
                               "_",
                               "/",
                               "(",
                               ")",
                               "+"};

std::string build(std::mt19937& random, size_t pieces) {
    std::string text;
    for (size_t i = 0; i < pieces; ++i) text += kPieces[random() % std::size(kPieces)];
    return text;
}

void checkCuts(const sluice::Scanner& scanner, const std::string& text, std::mt19937& random) {
    const auto whole = guards::findAll(scanner, text);
    for (const size_t most : {1U, 7U, 90U, 400U}) {
        const auto parts = guards::findCut(scanner, guards::cut(text, most, random));
        INFO("pieces of up to " << most << " of: " << text);
        REQUIRE(parts.size() == whole.size());
        for (size_t i = 0; i < whole.size(); ++i) {
            INFO(whole[i].entity << " at " << whole[i].begin << " to " << whole[i].end << ", in pieces "
                                 << parts[i].entity << " at " << parts[i].begin << " to " << parts[i].end);
            REQUIRE(parts[i] == whole[i]);
        }
    }
}

}  // namespace

TEST_CASE("pii: the same is found however a text is cut") {
    std::mt19937 random(7);
    const auto scanner = everything();
    const auto lenient = everything(true);
    const pii::RuleScanner standard;
    for (int round = 0; round < 150; ++round) {
        const auto text = build(random, 40);
        checkCuts(scanner, text, random);
        checkCuts(lenient, text, random);
        checkCuts(standard, text, random);
    }
}

TEST_CASE("pii: each recogniser alone finds the same however a text is cut") {
    std::mt19937 random(11);
    for (const auto name : pii::RuleScanner::known()) {
        pii::Options options;
        options.entities = {std::string(name)};
        options.lenient = true;
        const pii::RuleScanner scanner(options);
        for (int round = 0; round < 8; ++round) checkCuts(scanner, build(random, 30), random);
    }
}

TEST_CASE("pii: any bytes are taken, findings are ascending, inside of the text and without overlap") {
    std::mt19937 random(3);
    const auto scanner = everything(true);
    const std::string_view likely = "0123456789 -./:@+()abcABC\xC2\xA0\xE2\x80\x8B\xEF\xBC\x91";
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        const size_t size = random() % 200;
        for (size_t i = 0; i < size; ++i)
            text += round % 2 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
        size_t at = 0;
        for (const auto& one : guards::findAll(scanner, std::string(text))) {
            REQUIRE(one.begin >= at);
            REQUIRE(one.end > one.begin);
            REQUIRE(one.end <= text.size());
            at = one.end;
        }
    }
}

TEST_CASE("pii: every beginning of a text is taken, exactly as long as it is") {
    std::mt19937 random(5);
    const auto scanner = everything(true);
    const auto text = build(random, 60);
    for (size_t size = 0; size <= text.size(); ++size) {
        const std::unique_ptr<char[]> exact(new char[size]);  // a sanitizer sees one byte too many
        std::copy_n(text.data(), size, exact.get());
        std::vector<sluice::Finding> found;
        scanner.find({exact.get(), size}, 0, found);
        for (const auto& one : found) REQUIRE(one.end <= size);
    }
}

TEST_CASE("pii: no text takes long") {
    const auto scanner = everything(true);
    for (const std::string unit :
         {"1 ", "12 ", "1234 ", "a@", "a@a.", "::", "f:", "1.", "a.", "://", "+1-", "(1)", "1@a.com ",
          "AB 12 ", "http://a.de/", "\xE2\x80\x8B", "1\xE2\x80\x8B", "\xEF\xBC\x91"}) {
        std::string text;
        while (text.size() < 1'000'000) text += unit;
        std::vector<sluice::Finding> found;
        const auto start = std::chrono::steady_clock::now();
        scanner.find(text, 0, found);
        const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        INFO("1 MB of '" << unit << "': " << took << " s");
        CHECK(took < 2);  // what is quadratic takes minutes; the bench has the figures
    }
}
