// Reading JSON where it stands: what is right is read, and what is wrong ends.
#include "json_cursor.h"

#include <random>

#include <catch2/catch.hpp>

using namespace router_filters;

TEST_CASE("members and elements are found as they are written") {
    std::string seen;
    eachMember(R"( { "a" : 1 , "b" : [ {"x":"]}"} , "\"" ] , "c\"":"d\\" , "e":{ } } )",
               [&](std::string_view name, std::string_view value) {
                   seen.append(name).append("=").append(value).append("|");
               });
    CHECK(seen == R"(a=1|b=[ {"x":"]}"} , "\"" ]|c\"="d\\"|e={ }|)");
    seen.clear();
    eachElement(R"([1, "a,b", [2, [3]], {}, null,true])",
                [&](std::string_view value) { seen.append(value).append("|"); });
    CHECK(seen == R"(1|"a,b"|[2, [3]]|{}|null|true|)");
}

TEST_CASE("single values") {
    struct Case {
        const char* json;
        std::optional<double> number;
        std::optional<std::string> text;
    };
    const Case cases[] = {
        {"1", 1.0, {}},       {"-2.5e1", -25.0, {}}, {"\"0.5\"", 0.5, "0.5"}, {"\"\"", {}, ""},
        {"1e999", {}, {}},    {"nan", {}, {}},       {"[1]", {}, {}},         {"", {}, {}},
        {"\"1 \"", {}, "1 "}, {"\"", {}, {}},        {"inf", {}, {}},         {"\"\\u00e9\"", {}, "\xc3\xa9"},
        {"\"open", {}, {}},   {"0x10", {}, {}},      {"true", {}, {}},        {"{\"a\":1}", {}, {}},
    };
    for (const auto& c : cases) {
        INFO(c.json);
        CHECK(numberOf(c.json) == c.number);
        CHECK(textOf(c.json) == c.text);
    }
    CHECK(memberOf(R"({"a":null,"b":{"a":1}})", "a") == std::nullopt);
    CHECK(memberOf(R"({"a":1,"a":2})", "a") == "1");
    CHECK(memberOf(R"([{"a":1}])", "a") == std::nullopt);
    CHECK(memberOf(R"("a")", "a") == std::nullopt);
}

TEST_CASE("what is no JSON ends, within its bounds") {
    for (const char* text :
         {"",    " ",        "{", "[", "{\"",        "{\"a", "{\"a\"", "{\"a\":", "{\"a\":,",   "[,", "[[",
          "[1,", "{\"a\":}", "]", "}", "{\"a\":1,}", "[1,]", "\"\\",   "[\"\\\"", "{\"a\":[}]", "[}"}) {
        INFO(text);
        size_t count = 0;
        const auto value = [&](std::string_view) { ++count; };
        eachElement(text, value);
        eachMember(text, [&](std::string_view, std::string_view) { ++count; });
        CHECK(count <= 2);
    }
    CHECK(JsonCursor(std::string(1'000'000, '[')).value().size() == 1'000'000);  // nothing recurses
    std::mt19937 random(7);
    constexpr std::string_view kSoup = "{}[]\",:\\ a1n";
    for (int i = 0; i < 20'000; ++i) {
        std::string text(random() % 40, ' ');
        for (char& c : text) c = kSoup[random() % kSoup.size()];
        size_t bytes = 0;
        eachMember(text, [&](std::string_view name, std::string_view v) { bytes += name.size() + v.size(); });
        eachElement(text, [&](std::string_view v) { bytes += v.size(); });
        REQUIRE(bytes <= 2 * text.size());
    }
}
