// What the configuration of the rules does: thresholds, words in front, lists and patterns of one's own,
// overlaps.
#include <combined.h>
#include <engine/rule_scanner.h>
#include <guardrails/pii_data.h>
#include <support/recut.h>
#include <catch2/catch.hpp>

namespace {

std::string told(const sluice::Scanner& scanner, const std::string& text) {
    std::string out;
    for (const auto& one : guards::findAll(scanner, text))
        out += (out.empty() ? "" : ", ") + one.entity + "=" + text.substr(one.begin, one.end - one.begin);
    return out;
}

std::string usual(const std::string& text) { return told(pii::RuleScanner(), text); }

pii::RuleScanner with(pii::Options options) { return pii::RuleScanner(options); }

}  // namespace

TEST_CASE("pii: a weak shape counts behind a word that speaks for it") {
    CHECK(usual("219099998").empty());
    CHECK(usual("ssn 219099998") == "US_SSN=219099998");
    CHECK(usual("Social Security Number: 219099998") == "US_SSN=219099998");
    CHECK(usual("ssn" + std::string(80, ' ') + "219099998").empty());
    CHECK(usual("Reisepass-Nr. C01234565") == "DE_PASSPORT=C01234565");
    CHECK(usual("FÜHRERSCHEIN B072RRE2I55") == "DE_FUEHRERSCHEIN=B072RRE2I55");
    CHECK(usual("주민등록번호는 9001011234568") == "KR_RRN=9001011234568");
    CHECK(usual("vehicle AB51 CDE") == "UK_VEHICLE_REGISTRATION=AB51 CDE");
}

TEST_CASE("pii: ordinary texts have nothing") {
    for (const auto* text :
         {"In 2024 we sold 1,234,567 units at 12.99 each, 10% more than in 2023.",
          "Version 1.2.3 of 2024-03-15, build 20240315.1", "std::vector<int> a(10); a[0] = 0x1F; // 100",
          "call f(12, 34)", "Meet at 10:30, room 4.12, chapter 3.2.1", "ISBN 978-3-16-148410-0",
          "uuid 123e4567-e89b-12d3-a456-426614174000", "commit 8f953371d3e85eddb89b05ed6b9e680791055315",
          "3.14159265358979 and 2.718281828459045", "{\"id\": 1710512345678, \"n\": 42}",
          "Apollo 11 landed on 20 July 1969 at 20:17 UTC.", "from 9 to 5, Monday to Friday"}) {
        INFO(text);
        CHECK(usual(text).empty());
    }
}

TEST_CASE("pii: thresholds by entity and for all") {
    pii::Options options;
    options.entities = {"US_SSN", "US_PASSPORT"};
    CHECK(told(with(options), "219099998").empty());
    options.thresholds = {{"ALL", 0.1F}};
    CHECK(told(with(options), "219099998") == "US_SSN=219099998");
    options.thresholds = {{"ALL", 0.9F}, {"US_PASSPORT", 0.1F}};
    CHECK(told(with(options), "219099998") == "US_PASSPORT=219099998");
    options.thresholds = {{"ALL", 1.5F}};
    CHECK_THROWS_WITH(with(options), Catch::Contains("0 to 1"));
}

TEST_CASE("pii: of two that overlap the surer one, then the longer") {
    CHECK(usual("4111 1111 1111 1111") == "CREDIT_CARD=4111 1111 1111 1111");
    CHECK(usual("phone 4111111111111111") == "CREDIT_CARD=4111111111111111");
    CHECK(usual("219-09-9998@example.com") == "EMAIL_ADDRESS=219-09-9998@example.com");
    CHECK(usual("DE89 3704 0044 0532 0130 00 4111 1111 1111 1111") ==
          "IBAN_CODE=DE89 3704 0044 0532 0130 00, CREDIT_CARD=4111 1111 1111 1111");
}

TEST_CASE("pii: lists and patterns of one's own") {
    pii::Options options;
    options.entities = {"EMAIL_ADDRESS"};
    options.allow = {"INFO@example.com"};
    options.deny = {{"PROJECT", {"Blue Falcon", "X-1"}}};
    options.patterns = {{"BADGE", "B[0-9]{4}", 0.3F, {"badge"}},
                        {"EMAIL_ADDRESS", "[a-z]+ at [a-z]+\\.com", 0.9F, {}}};
    const auto scanner = with(options);
    CHECK(told(scanner, "info@example.com, jo@example.com") == "EMAIL_ADDRESS=jo@example.com");
    CHECK(told(scanner, "the BLUE falcon, blue falcons, x-1.") == "PROJECT=BLUE falcon, PROJECT=x-1");
    CHECK(told(scanner, "B1234").empty());
    CHECK(told(scanner, "badge B1234") == "BADGE=B1234");
    CHECK(told(scanner, "jo at example.com") == "EMAIL_ADDRESS=jo at example.com");
    std::mt19937 random(1);
    const std::string text =
        "badge B1234, the blue falcon; jo at example.com " + std::string(300, 'x') + " badge B9999 X-1";
    for (int round = 0; round < 50; ++round)
        CHECK(guards::findCut(scanner, guards::cut(text, 30, random)) == guards::findAll(scanner, text));
    options.patterns = {{"BADGE", "(", 0.3F, {}}};
    CHECK_THROWS_WITH(with(options), Catch::Contains("the pattern for 'BADGE'"));
    options.patterns = {{"BADGE", "x*", 0.3F, {}}};
    CHECK_THROWS_WITH(with(options), Catch::Contains("empty text"));
    options.entities = {"NOBODY"};
    CHECK_THROWS_WITH(with(options), Catch::Contains("'NOBODY' is no entity"));
}

TEST_CASE("pii: rules and names together") {
    struct Fixed final : sluice::Scanner {
        std::vector<sluice::Finding> all;
        explicit Fixed(std::vector<sluice::Finding> found) : all(std::move(found)) {}
        void find(std::string_view, size_t from, std::vector<sluice::Finding>& found) const override {
            for (const auto& one : all)
                if (one.begin >= from) found.push_back(one);
        }
    };
    const auto both = [](std::vector<sluice::Finding> rules, std::vector<sluice::Finding> names) {
        const pii::Combined scanner(std::make_unique<Fixed>(rules), std::make_unique<Fixed>(names),
                                    {{"LOW", 0.8F}});
        std::string out;
        std::vector<sluice::Finding> found;
        scanner.find(std::string(100, ' '), 0, found);
        for (const auto& one : found) out += std::string(one.entity) + std::to_string(one.begin) + " ";
        return out;
    };
    CHECK(both({{0, 5, "CARD", 0.9F}}, {{3, 9, "PERSON", 1}}) == "CARD0 ");
    CHECK(both({{0, 5, "PHONE", 0.5F}}, {{3, 9, "PERSON", 0.7F}}) == "PERSON3 ");
    CHECK(both({{0, 5, "PHONE", 0.5F}}, {{3, 9, "PERSON", 0.5F}}) == "PERSON3 ");
    CHECK(both({{0, 5, "PHONE", 0.5F}, {20, 30, "CARD", 1}},
               {{5, 9, "PERSON", 0.7F}, {10, 25, "PERSON", 1}}) == "PHONE0 PERSON5 CARD20 ");
    CHECK(both({}, {{5, 9, "LOW", 0.7F}, {10, 12, "LOW", 0.8F}}) == "LOW10 ");
}

TEST_CASE("pii: the public cases") {
    const auto cases = bench::recognizerCases();
    if (cases.empty()) {
        WARN("no pii/recognizer_cases.jsonl: set SLUICE_TEST_DATA to the folder of the public test data");
        return;
    }
    const auto known = pii::RuleScanner::known();
    size_t right = 0;
    size_t asked = 0;
    for (const auto& one : cases) {
        if (std::find(known.begin(), known.end(), one.entity) == known.end()) continue;
        pii::Options options;
        options.entities = {one.entity};
        options.lenient = true;
        ++asked;
        right += guards::findAll(with(options), one.text).size() == one.count ? 1 : 0;
    }
    INFO(right << " of " << asked);
    CHECK(static_cast<double>(right) >= 0.97 * static_cast<double>(asked));
}
