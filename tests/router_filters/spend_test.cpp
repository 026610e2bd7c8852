// Counters of spending: their windows, and what goes over a reload.
#include "spend.h"

#include <catch2/catch.hpp>

using namespace router_filters;

TEST_CASE("a window begins with the first spending and ends by itself") {
    Spend spend(1'000);
    CHECK(spend.at(0) == 0);
    spend.add(1.5, 10'000);
    spend.add(1, 10'999);
    CHECK(spend.at(10'999) == 2.5);
    CHECK(spend.at(11'000) == 0);
    spend.add(4, 12'500);
    CHECK(spend.at(13'499) == 4);
    CHECK(spend.at(13'500) == 0);
    CHECK(spend.at(12'000) == 0);  // the clock went back
    spend.add(-1, 12'600);
    spend.add(std::numeric_limits<double>::infinity(), 12'600);
    spend.add(std::numeric_limits<double>::quiet_NaN(), 12'600);
    CHECK(spend.at(12'600) == 4);
}

TEST_CASE("without a duration it never ends") {
    Spend spend(0);
    spend.add(1, 5);
    spend.add(1, 1'000'000'000'000);
    CHECK(spend.at(2'000'000'000'000) == 2);
}

TEST_CASE("spending goes over a reload, asked for before or after") {
    SpendBook before;
    before.counter("provider_spend:openai:1d", 86'400'000).add(1.25, 1'000);
    before.counter("tag_spend:\"quoted\":1d", 86'400'000).add(0.5, 1'000);
    before.counter("short", 10).add(9, 1'000);
    before.counter("empty", 10);
    const std::string state = before.write(2'000);

    SpendBook after;
    Spend& early = after.counter("provider_spend:openai:1d", 86'400'000);
    REQUIRE(after.read(state));
    CHECK(early.at(2'000) == 1.25);
    CHECK(early.at(1'000 + 86'400'000) == 0);  // the window is the one that began before
    // Not asked for in this generation: handed on to the next one.
    SpendBook later;
    REQUIRE(later.read(after.write(3'000)));
    CHECK(later.counter("tag_spend:\"quoted\":1d", 86'400'000).at(3'000) == 0.5);
    CHECK(later.counter("short", 10).at(1'001) == 0);
    CHECK(state.find("short") == std::string::npos);
    CHECK(state.find("empty") == std::string::npos);
}

TEST_CASE("a state that cannot be read is refused, and a broken entry left out") {
    SpendBook book;
    for (const char* bad : {"", "x", "[]", "{}", R"({"version":1})", R"({"version":2,"spend":{}})",
                            R"({"version":1,"spend":[]})", R"({"version":1,"spend":{"a":[1,2,3]})"}) {
        INFO(bad);
        CHECK_FALSE(book.read(bad));
    }
    CHECK(book.read(
        R"({"version":1,"spend":{"a":[0,0,2000000000],"b":[1,2],"c":"x","d":[-1,0,1],"e":[0,0,1e300],
                        "f":[0,null,1],"g":[[],{},"z"]}})"));
    CHECK(book.counter("a", 0).at(5) == 2);
    for (const char* name : {"b", "c", "d", "e", "f", "g"}) {
        INFO(name);
        CHECK(book.counter(name, 0).at(5) == 0);
    }
}
