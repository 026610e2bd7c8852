// The JSON of FakeHost: what is JSON, and edits that leave every other byte alone.
#include <catch2/catch.hpp>

#include <sluice/json.hpp>

using sluice::isJson;
using sluice::JsonObject;

TEST_CASE("what is JSON") {
    for (const char* text :
         {"{}", " [1,-2.5e+3,\"\\u00e4\\n\",true,false,null] ", "0", R"({"a":{"b":[]}})"}) {
        INFO(text);
        CHECK(isJson(text));
    }
    for (const char* text : {"", "{", "{,}", "[1,]", "01", "1.", "+1", "tru", "\"\\x\"", "\"\n\"", "{} x",
                             "{1:2}", R"("\ud800")", "\"open", "{\"a\" 1}"}) {
        INFO(text);
        CHECK_FALSE(isJson(text));
    }
    CHECK_FALSE(isJson(std::string(5000, '[')));
}

TEST_CASE("members are edited in place") {
    JsonObject body;
    body.assign("{ \"a\" : 1,\n  \"b\": {\"a\": [2]}, \"c\" : \"x\" }");
    REQUIRE(body.object());
    CHECK(body.member("b") == "{\"a\": [2]}");
    CHECK(body.textOf("c") == "x");
    CHECK(body.textOf("a").empty());
    CHECK(body.set("a", "[]"));
    CHECK_FALSE(body.set("a", "["));
    CHECK(body.text() == "{ \"a\" : [],\n  \"b\": {\"a\": [2]}, \"c\" : \"x\" }");
    CHECK(body.remove("b"));
    CHECK(body.text() == "{ \"a\" : [],\n  \"c\" : \"x\" }");
    CHECK(body.remove("c"));
    CHECK_FALSE(body.remove("c"));
    CHECK(body.text() == "{ \"a\" : [] }");
    CHECK(body.set("new", "true"));
    CHECK(isJson(body.text()));
    CHECK(body.member("new") == "true");
}

TEST_CASE("what is no object has no members") {
    for (const char* text : {"[1]", "{\"a\":1", "{\"a\":1,\"a\":2}", "text", ""}) {
        JsonObject body;
        body.assign(text);
        CHECK_FALSE(body.object());
        CHECK_FALSE(body.member("a"));
        CHECK_FALSE(body.set("a", "1"));
    }
    JsonObject empty;
    empty.assign("{}");
    CHECK(empty.set("a", "1"));
    CHECK(empty.text() == "{\"a\":1}");
}

TEST_CASE("escapes are decoded") {
    JsonObject body;
    body.assign(R"({"m\u006fdel":"a\"\u00e4\u20ac\ud83d\ude00"})");
    CHECK(body.textOf("model") == "a\"\u00e4\u20ac\U0001F600");
}
