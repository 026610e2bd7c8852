// Values under other names, and the way back.
#include <engine/keyed.h>
#include <engine/pseudonyms.h>
#include <support/recut.h>
#include <catch2/catch.hpp>

namespace {

std::string restored(const pii::Pseudonyms& names, const std::string& text) {
    std::string out;
    size_t at = 0;
    for (const auto& one : guards::findAll(pii::PseudonymScanner(names), text)) {
        out += text.substr(at, one.begin - at);
        out += *names.originalOf(text.substr(one.begin, one.end - one.begin));
        at = one.end;
    }
    return out + text.substr(at);
}

}  // namespace

TEST_CASE("pseudonyms: one a value, numbered by entity") {
    pii::Pseudonyms names;
    CHECK(names.tokenFor("PERSON", "Jo Doe") == "<PERSON_1>");
    CHECK(names.tokenFor("PERSON", "Al Roe") == "<PERSON_2>");
    CHECK(names.tokenFor("EMAIL_ADDRESS", "Jo Doe") == "<EMAIL_ADDRESS_1>");
    CHECK(names.tokenFor("PERSON", "Jo Doe") == "<PERSON_1>");
    CHECK(restored(
              names,
              "<PERSON_1>'s friend <person_2>, &lt;PERSON_1&gt;, \\<PERSON\\_2\\> <PERSON_3> <PERSON_12>") ==
          "Jo Doe's friend Al Roe, Jo Doe, Al Roe <PERSON_3> <PERSON_12>");
    CHECK(restored(pii::Pseudonyms(), "<PERSON_1>") == "<PERSON_1>");
    CHECK(restored(names, "<<PERSON_1> < > <") == "<Jo Doe < > <");
}

TEST_CASE("pseudonyms: the way back does not depend on how an answer was cut") {
    pii::Pseudonyms names;
    const pii::Keyed keyed("a secret of the tests");
    const auto card = names.standInFor("CREDIT_CARD", "4111 1111 1111 1111", keyed);
    const auto person = names.tokenFor("PERSON", "Jo Doe");
    const pii::PseudonymScanner scanner(names);
    std::mt19937 random(2);
    const std::string text = "Dear " + person + ", your " + card + " and " + std::string(200, '<') +
                             "&lt;PERSON_1&gt;" + card + "!";
    CHECK(guards::findAll(scanner, text).size() == 4);
    for (int round = 0; round < 100; ++round)
        CHECK(guards::findCut(scanner, guards::cut(text, 1 + random() % 40, random)) ==
              guards::findAll(scanner, text));
}

TEST_CASE("pseudonyms: there is an end of them") {
    pii::Pseudonyms names;
    for (size_t i = 0; i < pii::Pseudonyms::kMax; ++i)
        (void)names.tokenFor("PERSON", "p" + std::to_string(i));
    CHECK(names.tokenFor("PERSON", "one more") == "<PERSON>");
    CHECK(names.tokenFor("PERSON", "p7") == "<PERSON_8>");
}

TEST_CASE("keyed: the same for the same secret, another for another; values of the same form") {
    const pii::Keyed one("a secret of the tests");
    const pii::Keyed other("another secret of the tests");
    CHECK(one.hash("EMAIL_ADDRESS", "a@b.c") == one.hash("EMAIL_ADDRESS", "a@b.c"));
    CHECK(one.hash("EMAIL_ADDRESS", "a@b.c").size() == 16);
    CHECK(one.hash("EMAIL_ADDRESS", "a@b.c") != other.hash("EMAIL_ADDRESS", "a@b.c"));
    CHECK(one.hash("EMAIL_ADDRESS", "a@b.c") != one.hash("URL", "a@b.c"));
    const std::string iban = "GB29 NWBK 6016 1331 9268 19";
    const auto stand_in = one.standIn("IBAN_CODE", iban);
    REQUIRE(stand_in.size() == iban.size());
    CHECK(stand_in != iban);
    for (size_t i = 0; i < iban.size(); ++i) {
        CHECK(std::isdigit(static_cast<unsigned char>(iban[i])) ==
              std::isdigit(static_cast<unsigned char>(stand_in[i])));
        CHECK((iban[i] == ' ') == (stand_in[i] == ' '));
    }
    CHECK(one.standIn("EMAIL_ADDRESS", "jo@corp.com").find("@example.com") != std::string::npos);
    CHECK(one.standIn("AGE", "34").empty());
}
