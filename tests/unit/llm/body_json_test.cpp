// Edits of JSON bodies: what was not edited stays byte for byte.
#include <random>

#include "llm/body.h"

using namespace sluice;
using llm::Body;
using llm::BodyKind;

namespace {

Body json(std::string text) {
    auto body = Body::read(std::move(text), BodyKind::Json, "application/json");
    REQUIRE(body);
    return std::move(*body);
}

std::string parts(const Body& body) {
    std::vector<iovec> list;
    body.appendParts(list);
    std::string out;
    for (const auto& part : list) out.append(static_cast<const char*>(part.iov_base), part.iov_len);
    return out;
}

// What the body says now, the same in all the ways it can be asked.
std::string now(const Body& body) {
    const std::string text = body.flattened();
    CHECK(parts(body) == text);
    CHECK(body.size() == text.size());
    return text;
}

}  // namespace

TEST_CASE("a body that nobody edits is the text itself", "[llm]") {
    const std::string text = " { \"model\" : \"x\" , \"n\" : 1 } \n";
    const Body body = json(text);
    CHECK_FALSE(body.edited());
    CHECK(now(body) == text);
    std::vector<iovec> list;
    body.appendParts(list);
    CHECK(list.size() == 1);
}

TEST_CASE("members can be read", "[llm]") {
    const Body body =
        json(R"({"model":"gpt-4\u006f","stream":true,"n":2,"x":null,"messages":[{"role":"user"}]})");
    CHECK(body.member("n") == "2");
    CHECK(body.member("messages") == R"([{"role":"user"}])");
    CHECK(body.member("x") == "null");
    CHECK_FALSE(body.member("y").has_value());
    CHECK(body.text("model") == "gpt-4o");
    CHECK_FALSE(body.text("n").has_value());
    CHECK_FALSE(body.text("y").has_value());
    CHECK(body.isTrue("stream"));
    CHECK_FALSE(body.isTrue("n"));
    CHECK_FALSE(body.isTrue("y"));
}

TEST_CASE("one member is replaced in place", "[llm]") {
    Body body = json("{ \"a\" : 1 ,\n \"model\"\t:  \"x\"  , \"z\" : [ ] }");
    CHECK(body.set("model", "\"gpt-4o\""));
    CHECK(body.edited());
    CHECK(now(body) == "{ \"a\" : 1 ,\n \"model\"\t:  \"gpt-4o\"  , \"z\" : [ ] }");
    CHECK(body.member("model") == "\"gpt-4o\"");
    CHECK(body.text("model") == "gpt-4o");
}

TEST_CASE("members are added", "[llm]") {
    for (const auto& [text, expected] : {std::pair{"{}", R"({"a":1})"},
                                         {"{ }", R"({"a":1 })"},
                                         {R"({"x":2})", R"({"a":1,"x":2})"},
                                         {"{ \"x\": 2}", "{\"a\":1, \"x\": 2}"}}) {
        Body body = json(text);
        CHECK(body.set("a", "1"));
        CHECK(now(body) == expected);
    }
    Body body = json("{}");
    CHECK(body.set("quote\"d\n", "{}"));
    CHECK(body.set("b", "[1, 2]"));
    CHECK(nlohmann::json::parse(now(body)) ==
          nlohmann::json{{"quote\"d\n", nlohmann::json::object()}, {"b", {1, 2}}});
}

TEST_CASE("members are removed with one of their commas", "[llm]") {
    struct Case {
        const char* name;
        const char* expected;
    };
    for (const auto& c :
         {Case{"a", R"({"b":2,"c":3})"}, {"b", R"({"a":1,"c":3})"}, {"c", R"({"a":1,"b":2})"}}) {
        Body body = json(R"({"a":1,"b":2,"c":3})");
        CHECK(body.remove(c.name));
        CHECK(now(body) == c.expected);
        CHECK_FALSE(body.member(c.name).has_value());
        CHECK_FALSE(body.remove(c.name));
    }
    Body all = json(R"({ "a":1, "b":2 })");
    CHECK(all.remove("a"));
    CHECK(all.remove("b"));
    CHECK(nlohmann::json::parse(now(all)).empty());
    CHECK_FALSE(all.remove("never there"));
}

TEST_CASE("a member may come and go and come again", "[llm]") {
    Body body = json(R"({"a":1,"b":2})");
    CHECK(body.remove("a"));
    CHECK(body.set("a", "3"));
    CHECK(now(body) == R"({"a":3,"b":2})");
    CHECK(body.set("new", "4"));
    CHECK(body.remove("new"));
    CHECK(now(body) == R"({"a":3,"b":2})");
    CHECK(body.set("new", "5"));
    CHECK(nlohmann::json::parse(now(body)) == nlohmann::json{{"new", 5}, {"a", 3}, {"b", 2}});
    CHECK(body.set("new", *body.member("new")));  // from itself
    CHECK(body.member("new") == "5");
}

TEST_CASE("an edit finds a member whose name is escaped", "[llm]") {
    Body body = json(R"({"m\u006fdel":"x"})");
    CHECK(body.set("model", "\"y\""));
    CHECK(now(body) == R"({"m\u006fdel":"y"})");
    CHECK(body.remove("model"));
    CHECK(now(body) == "{}");
}

TEST_CASE("only JSON is set", "[llm]") {
    Body body = json(R"({"a":1})");
    for (const char* bad : {"", "x", "1,\"b\":2", "{\"a\":}", "\"open", "1 2", "nul"})
        CHECK_FALSE(body.set("a", bad));
    CHECK_FALSE(body.edited());
    CHECK(body.set("a", " true "));
    CHECK(body.isTrue("a"));
    CHECK(body.set("a", " \"text\" "));
    CHECK(body.text("a") == "text");
}

TEST_CASE("the whole body is replaced by one of its kind", "[llm]") {
    Body body = json(R"({"a":1})");
    CHECK(body.set("a", "2"));
    CHECK(body.replace(R"({"b":3})"));
    CHECK_FALSE(body.edited());
    CHECK(body.member("b") == "3");
    CHECK_FALSE(body.member("a").has_value());
    CHECK_FALSE(body.replace("[1]"));
    CHECK_FALSE(body.replace("not JSON"));
    CHECK(body.member("b") == "3");
}

TEST_CASE("copies are edited apart from each other", "[llm]") {
    Body original = json(R"({"model":"a","n":1})");
    CHECK(original.set("n", "2"));
    Body attempt = original;
    CHECK(attempt.set("model", "\"b\""));
    CHECK(attempt.remove("n"));
    CHECK(now(original) == R"({"model":"a","n":2})");
    CHECK(now(attempt) == R"({"model":"b"})");
}

TEST_CASE("a body without a kind has bytes and nothing else", "[llm]") {
    auto bytes = Body::read("anything", BodyKind::None, "");
    REQUIRE(bytes);
    CHECK(now(*bytes) == "anything");
    CHECK_FALSE(bytes->set("a", "1"));
    CHECK_FALSE(bytes->remove("a"));
    CHECK_FALSE(bytes->member("a").has_value());
    Body none;
    CHECK(now(none).empty());
    CHECK_FALSE(none.set("a", "1"));
    CHECK_FALSE(none.isTrue("a"));
    CHECK_FALSE(none.text("a").has_value());
}
