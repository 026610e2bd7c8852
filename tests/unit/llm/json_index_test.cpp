#include "llm/json_index.h"

#include "base/clock.h"
#include "base/limits.h"
#include "llm/json_parser.h"

using namespace sluice;
using llm::JsonIndex;

namespace {

std::string valueOf(const JsonIndex& index, const std::string& text, std::string_view name) {
    const auto* member = index.find(name);
    REQUIRE(member);
    return text.substr(member->value_begin, member->value_end - member->value_begin);
}

std::string withMembers(size_t count) {
    std::string text = "{";
    for (size_t i = 0; i < count; ++i) text += (i ? ",\"m" : "\"m") + std::to_string(i) + "\":0";
    return text + "}";
}

base::Code codeOf(std::string_view text) {
    const auto index = JsonIndex::read(text);
    REQUIRE_FALSE(index);
    CHECK(index.error().origin == base::Origin::Client);
    return index.error().code;
}

}  // namespace

TEST_CASE("members are found where they stand", "[llm]") {
    const std::string text =
        " \n{ \"model\" : \"gpt-4o\" "
        ",\t\"n\":-1.5e3,\"list\":[1,{\"a\":\"}]\"}],\"o\":{\"x\":\"\\\"\"},\"t\":true,\"f\":false,\"z\":"
        "null}\r\n ";
    const auto index = JsonIndex::read(text);
    REQUIRE(index);
    CHECK(index->open() == 2);
    REQUIRE(index->members().size() == 7);
    CHECK(valueOf(*index, text, "model") == "\"gpt-4o\"");
    CHECK(valueOf(*index, text, "n") == "-1.5e3");
    CHECK(valueOf(*index, text, "list") == "[1,{\"a\":\"}]\"}]");
    CHECK(valueOf(*index, text, "o") == "{\"x\":\"\\\"\"}");
    CHECK(valueOf(*index, text, "t") == "true");
    CHECK(valueOf(*index, text, "f") == "false");
    CHECK(valueOf(*index, text, "z") == "null");
    CHECK(text.substr(index->members()[0].begin, 7) == "\"model\"");
    CHECK_FALSE(index->find("a"));
    CHECK_FALSE(index->find("x"));
}

TEST_CASE("an empty object has no members", "[llm]") {
    for (const char* text : {"{}", " { } ", "{\n\t}"}) {
        const auto index = JsonIndex::read(text);
        REQUIRE(index);
        CHECK(index->members().empty());
    }
}

TEST_CASE("names are compared as what they mean", "[llm]") {
    const std::string text = R"({"m\u006fdel":1,"\"\\\/\b\f\n\r\t":2,"\ud83d\ude00":3,"":4,"ä":5})";
    const auto index = JsonIndex::read(text);
    REQUIRE(index);
    CHECK(valueOf(*index, text, "model") == "1");
    CHECK(valueOf(*index, text, "\"\\/\b\f\n\r\t") == "2");
    CHECK(valueOf(*index, text, "\xf0\x9f\x98\x80") == "3");
    CHECK(valueOf(*index, text, "") == "4");
    CHECK(valueOf(*index, text, "\xc3\xa4") == "5");
}

TEST_CASE("strings may hold everything that looks like structure", "[llm]") {
    const std::string text =
        R"({"a":"\\","b":"\\\"","c":"{[,:]}","d":"\\\\","e":["\"]","\\"],"f":{"}":"{"}})";
    const auto index = JsonIndex::read(text);
    REQUIRE(index);
    REQUIRE(index->members().size() == 6);
    for (const auto& [name, value] : {std::pair{"a", R"("\\")"},
                                      {"b", R"("\\\"")"},
                                      {"c", R"("{[,:]}")"},
                                      {"d", R"("\\\\")"},
                                      {"e", R"(["\"]","\\"])"},
                                      {"f", R"({"}":"{"})"}}) {
        CHECK(valueOf(*index, text, name) == value);
    }
}

TEST_CASE("a name given twice is refused, however it is written", "[llm]") {
    for (const char* text : {R"({"model":1,"model":1})", R"({"model":1,"x":2,"m\u006fdel":3})",
                             R"({"":1,"":2})", R"({"\u006d":1,"\u006D":2})"}) {
        CAPTURE(text);
        CHECK(codeOf(text) == base::Code::Malformed);
    }
    CHECK(JsonIndex::read(R"({"a":{"model":1,"model":2}})"));  // below the top nobody looks
    CHECK(JsonIndex::read(R"({"model":1,"Model":2})"));
}

TEST_CASE("what is no object is refused", "[llm]") {
    for (const char* text : {"",
                             " ",
                             "[]",
                             "[{}]",
                             "\"{}\"",
                             "1",
                             "null",
                             "true",
                             "{",
                             "}",
                             "{}}",
                             "{} x",
                             "{}{}",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{'a':1}",
                             "{\"a\":01}",
                             "{\"a\":+1}",
                             "{\"a\":NaN}",
                             "{\"a\":1}/*x*/",
                             "{\"a\":\"\n\"}",
                             "{\"a\":\"\\x\"}",
                             "{\"a\":\"\xff\"}",
                             "{\"a\":\"\xed\xa0\x80\"}",
                             "{\"\xc0\xaf\":1}",
                             "{\"a\":tru}",
                             "{\"a\":\"\\ud800\"}"}) {
        CAPTURE(text);
        CHECK(codeOf(text) == base::Code::Malformed);
    }
    CHECK(codeOf(std::string_view("{\"a\":1}\0", 8)) == base::Code::Malformed);
    CHECK(codeOf(std::string_view("{\"a\0\":1}", 8)) == base::Code::Malformed);
}

TEST_CASE("a byte order mark is refused or stepped over, never misread", "[llm]") {
    const std::string text = "\xef\xbb\xbf{\"model\":\"x\"}";
    const auto index = JsonIndex::read(text);
    if (!index) return;
    CHECK(text[index->open()] == '{');
    CHECK(valueOf(*index, text, "model") == "\"x\"");
}

TEST_CASE("nesting has a bound", "[llm]") {
    const auto nested = [](size_t depth) {
        return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    CHECK(JsonIndex::read(nested(1'000)));
    CHECK_FALSE(JsonIndex::read(nested(1'100)));
    CHECK_FALSE(JsonIndex::read(nested(1'000'000)));
    CHECK_FALSE(JsonIndex::read("{\"a\":" + std::string(1'000'000, '[')));
}

TEST_CASE("the number of members has a bound", "[llm]") {
    const auto index = JsonIndex::read(withMembers(base::kJsonMembersMax));
    REQUIRE(index);
    CHECK(index->members().size() == base::kJsonMembersMax);
    CHECK(codeOf(withMembers(base::kJsonMembersMax + 1)) == base::Code::TooLarge);
}

TEST_CASE("four times as many members take about four times as long", "[llm]") {
    const auto fastest = [](size_t count) {
        const std::string text = withMembers(count);
        double best = 1e9;
        for (int i = 0; i < 9; ++i) {
            const auto start = base::Clock::now();
            REQUIRE(JsonIndex::read(text));
            best = std::min(best, base::toMillis(base::Clock::now() - start));
        }
        return best;
    };
    const double few = fastest(base::kJsonMembersMax / 4), many = fastest(base::kJsonMembersMax);
    CAPTURE(few, many);
    CHECK(many < 14 * few);  // 16 times would be quadratic: a hostile body could hold the loop up
}

TEST_CASE("large texts and small ones in turn", "[llm]") {
    for (const size_t size : {10u, 5'000u, 300'000u, 20u, 2'000'000u, 30u}) {
        const std::string text = "{\"m\\u006fdel\":\"" + std::string(size, 'x') + "\",\"b\":1}";
        const auto index = JsonIndex::read(text);
        REQUIRE(index);
        CHECK(valueOf(*index, text, "model").size() == size + 2);
        CHECK(valueOf(*index, text, "b") == "1");
    }
}

TEST_CASE("numbers that fit into no machine word are kept as they stand", "[llm]") {
    for (const char* number :
         {"123456789012345678901234567890", "-99999999999999999999", "18446744073709551616"}) {
        CAPTURE(number);
        const std::string text = "{\"a\":" + std::string(number) + ",\"b\":[" + number + "]}";
        const auto index = JsonIndex::read(text);
        REQUIRE(index);
        CHECK(valueOf(*index, text, "a") == number);
        CHECK(llm::isJson(number));
        CHECK_FALSE(JsonIndex::read(text + "x"));
        CHECK_FALSE(JsonIndex::read("{\"a\":" + std::string(number) + ",\"a\":1}"));
        CHECK_FALSE(JsonIndex::read("{\"a\":" + std::string(number) + ",\"b\":\"\xff\"}"));
        CHECK_FALSE(JsonIndex::read(text + std::string("\0{\"a\":1}", 9)));  // NUL is no end of a text
    }
}

TEST_CASE("isJson takes any type, whole", "[llm]") {
    for (const char* good : {"1", "\"x\"", "null", " [1, 2] ", "{}", "-0.5e-3", "\"\\u00e4\""})
        CHECK(llm::isJson(good));
    for (const char* bad : {"", "  ", "1 2", "\"x", "nul", "[1,]", "{}x", "'x'"})
        CHECK_FALSE(llm::isJson(bad));
}

TEST_CASE("jsonString decodes literals, and only those", "[llm]") {
    CHECK(llm::jsonString("\"plain\"") == "plain");
    CHECK(llm::jsonString(R"("a\nb\u00e4\ud83d\ude00")") == "a\nb\xc3\xa4\xf0\x9f\x98\x80");
    for (const char* none : {"", "\"", "plain", "1", "[\"x\"]", "\"\\", "\"a\\\"", "\"\\ud800\""})
        CHECK(llm::jsonString(none).empty());
}
