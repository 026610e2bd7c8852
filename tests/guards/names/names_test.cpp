// Names in sentences as people write them. The scanner is statistical: each case here is one that must not
// get lost.
#include <catch2/catch.hpp>

#include "names/name_scanner.h"

namespace {

/// "PERSON Anna Berg; LOCATION Oslo"
std::string found(std::string_view text,
                  unsigned entities = pii::NameScanner::kAll & ~pii::NameScanner::kTitles) {
    pii::NameScanner scanner(entities);
    std::vector<sluice::Finding> findings;
    scanner.find(text, 0, findings);
    std::string list;
    for (const sluice::Finding& one : findings) {
        list += (list.empty() ? "" : "; ") + std::string(one.entity) + " " +
                std::string(text.substr(one.begin, one.end - one.begin));
    }
    return list;
}

/// The text without what is found, and without the commas and blanks between two findings.
std::string left(const std::string& text) {
    pii::NameScanner scanner;
    std::vector<sluice::Finding> findings;
    scanner.find(text, 0, findings);
    std::string rest;
    size_t at = 0;
    for (const sluice::Finding& one : findings) {
        std::string between = text.substr(at, one.begin - at);
        if (at == 0 || between.find_first_not_of(", ") != std::string::npos) rest += between;
        at = one.end;
    }
    return rest + text.substr(at);
}

}  // namespace

TEST_CASE("10 persons") {
    CHECK(found("My name is Ottilie Brandvold.") == "PERSON Ottilie Brandvold");
    CHECK(found("I spoke with Mrs. Abernathy about the invoice.") == "PERSON Abernathy");
    CHECK(found("Dear Priya,\n\nthank you for your message.") == "PERSON Priya");
    CHECK(found("Best regards,\nLucía Fernández") == "PERSON Lucía Fernández");
    CHECK(found("This is Jean-Pierre O'Connor speaking.") == "PERSON Jean-Pierre O'Connor");
    CHECK(found("Full name: Wojciech Kowalczyk\nDate of birth: 3/4/1980") == "PERSON Wojciech Kowalczyk");
    CHECK(found("the book was written by Hallgrímur Jónsson in 1987") == "PERSON Hallgrímur Jónsson");
}

TEST_CASE("11 names in small letters after words that announce them") {
    CHECK(found("my name is sarah connor") == "PERSON sarah connor");
    CHECK(found("i live in berlin") == "LOCATION berlin");
    CHECK(found("hi i am miguel and i need help") == "PERSON miguel");
    CHECK(found("i'm from portugal") == "LOCATION portugal");
    CHECK(found("dear thomas, see you tomorrow") == "PERSON thomas");
}

TEST_CASE("12 places") {
    CHECK(found("How is the weather in Buenos Aires today?") == "LOCATION Buenos Aires");
    CHECK(found("We are travelling to South Korea next month.") == "LOCATION South Korea");
    CHECK(found("She grew up in Bratislava, Slovakia.") == "LOCATION Bratislava; LOCATION Slovakia");
}

TEST_CASE("13 organisations") {
    CHECK(found("I work for Quantiva Systems Inc. in sales.") == "ORGANIZATION Quantiva Systems Inc");
    CHECK(found("She teaches at Stanford University.") == "ORGANIZATION Stanford University");
    CHECK(found("I used to work at Siemens.") == "ORGANIZATION Siemens");
}

// In one piece or in parts (in the head of a letter street and town are findings of their own): nothing of it
// is left.
TEST_CASE("14 addresses of several countries") {
    for (const char* address : {
             "48 Baker Street, London NW1 6XE, United Kingdom",
             "Lindenstraße 7, 8010 Graz, Austria",
             "12 rue de la Paix, 75002 Paris",
             "Via Garibaldi 23, 20121 Milano, Italy",
             "Calle de Alcalá 45, 28014 Madrid",
             "ul. Mickiewicza 8, 30-059 Kraków",
             "Drottninggatan 71, 111 36 Stockholm, Sweden",
             "1600 Maple Avenue, Apt. 12, Springfield, IL 62704",
             "PSC 1234, Box 567, APO AE 09012",
         }) {
        INFO(address << " -> " << found("Please send it to " + std::string(address) + "."));
        CHECK(left("Please send it to " + std::string(address) + ".") == "Please send it to .");
    }
    CHECK(found("Please send it to Lindenstraße 7, 8010 Graz, Austria.").find("STREET_ADDRESS") == 0);
}

TEST_CASE("15 nationalities, and titles if they are asked for") {
    CHECK(found("I love Hungarian food.") == "NRP Hungarian");
    CHECK(found("Mrs. Abernathy called.", pii::NameScanner::kAll).find("TITLE Mrs") == 0);
}

TEST_CASE("16 only what was asked for") {
    CHECK(found("Anna Lindqvist lives in Oslo.", pii::NameScanner::kLocations) == "LOCATION Oslo");
    CHECK(found("Anna Lindqvist lives in Oslo.", 0).empty());
}

TEST_CASE("17 no names in ordinary text") {
    for (const char* text : {
             "How do I reset my password?",
             "Write a function in Python that sorts a list of numbers.",
             "The meeting is on Monday at 10 am. See you then!",
             "WHAT? I DO NOT KNOW WHAT TO PRESS!",
             "{\"model\": \"small\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello there\"}]}",
             "std::vector<int> values; for (auto& value : values) value += 2;",
             "Dear Sir or Madam,",
             "Please add 250 g flour, 2 eggs and 1 tsp salt. Bake for 40 minutes.",
             "i am happy",
             "The Second Law of Thermodynamics says that entropy grows.",
             "我想取消我的订阅",
         }) {
        INFO(text);
        CHECK(found(text).empty());
    }
}

TEST_CASE("18 the score says how sure it is") {
    pii::NameScanner scanner;
    std::vector<sluice::Finding> findings;
    scanner.find("My name is Peter Johnson.", 0, findings);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].score > 0.6f);
}
