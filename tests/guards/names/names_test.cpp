// Names in sentences as people write them. The scanner is statistical: each case here is one that must not get lost.
#include <catch2/catch.hpp>

#include "names/name_scanner.h"

namespace {

/// "PERSON Anna Berg; LOCATION Oslo"
std::string found(std::string_view text, unsigned entities = pii::NameScanner::kAll & ~pii::NameScanner::kTitles) {
    pii::NameScanner scanner(entities);
    std::vector<sluice::Finding> findings;
    scanner.find(text, 0, findings);
    std::string list;
    for (const sluice::Finding& one : findings) {
        list += (list.empty() ? "" : "; ") + std::string(one.entity) + " " + std::string(text.substr(one.begin, one.end - one.begin));
    }
    return list;
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
    CHECK(found("He studied at the University of Michigan.") == "ORGANIZATION University of Michigan");
    CHECK(found("I used to work at Siemens.") == "ORGANIZATION Siemens");
}

TEST_CASE("14 addresses of several countries") {
    CHECK(found("My address is 48 Baker Street, London NW1 6XE, United Kingdom.") ==
          "STREET_ADDRESS 48 Baker Street, London NW1 6XE, United Kingdom");
    CHECK(found("Please send it to Lindenstraße 7, 8010 Graz, Austria.") == "STREET_ADDRESS Lindenstraße 7, 8010 Graz, Austria");
    CHECK(found("I live at 12 rue de la Paix, 75002 Paris") == "STREET_ADDRESS 12 rue de la Paix, 75002 Paris");
    CHECK(found("My new address is PSC 1234, Box 567, APO AE 09012") == "STREET_ADDRESS PSC 1234, Box 567, APO AE 09012");
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
