#include "base/text.h"

using namespace sluice::base;

TEST_CASE("letters are compared without case, bytes beyond ASCII as they are", "[base]") {
    CHECK(iequals("Content-TYPE", "content-type"));
    CHECK(iequals("", ""));
    CHECK_FALSE(iequals("a", "ab"));
    CHECK_FALSE(iequals("[", "{"));  // 0x5b and 0x7b differ in the case bit only
    CHECK_FALSE(iequals("\xc3\x84", "\xc3\xa4"));
    CHECK(istartsWith("Bearer x", "bearer "));
    CHECK_FALSE(istartsWith("Bear", "bearer"));
    CHECK(istartsWith("x", ""));
    CHECK(lowered("HELLO-World_1\xc3\x84") == "hello-world_1\xc3\x84");
}

TEST_CASE("trimmed takes spaces and tabs, nothing else", "[base]") {
    CHECK(trimmed(" \t a b \t") == "a b");
    CHECK(trimmed(" \t ").empty());
    CHECK(trimmed("").empty());
    CHECK(trimmed("\r\nx\r\n") == "\r\nx\r\n");
}

TEST_CASE("decimal numbers have digits and nothing else", "[base]") {
    CHECK(parseDecimal("0") == 0u);
    CHECK(parseDecimal("0042") == 42u);
    CHECK(parseDecimal("9999999999999999999") == 9'999'999'999'999'999'999u);  // 19 digits fit
    for (const char* bad : {"", "+1", "-1", "-0", " 1", "1 ", "1,1", "0x5", "1e3", "1_0",
                            "18446744073709551616", "99999999999999999999", "\xd9\xa1"}) {
        CAPTURE(bad);
        CHECK_FALSE(parseDecimal(bad));
    }
}

TEST_CASE("split keeps empty parts", "[base]") {
    using Parts = std::vector<std::string_view>;
    CHECK(split("a,b,c", ',') == Parts{"a", "b", "c"});
    CHECK(split(",a,,", ',') == Parts{"", "a", "", ""});
    CHECK(split("", ',') == Parts{""});
}

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps", "[base]") {
    struct Case {
        const char* a;
        const char* b;
        size_t distance;
    };
    for (const auto& c : {Case{"", "", 0},
                          {"abc", "abc", 0},
                          {"abc", "ABC", 0},
                          {"abc", "", 3},
                          {"", "ab", 2},
                          {"timeout", "timeuot", 1},
                          {"timeout", "timout", 1},
                          {"timeout", "timeouts", 1},
                          {"timeout", "tineout", 1},
                          {"kitten", "sitting", 3},
                          {"ca", "abc", 3},
                          {"ab", "ba", 1}}) {
        CAPTURE(c.a, c.b);
        CHECK(editDistance(c.a, c.b) == c.distance);
        CHECK(editDistance(c.b, c.a) == c.distance);
    }
}

TEST_CASE("nearest finds what was probably meant, or nothing", "[base]") {
    const std::vector<std::string_view> keys{"timeout", "stream_timeout", "model", "api_base", "api_key"};
    CHECK(nearest("timout", keys) == "timeout");
    CHECK(nearest("api_bas", keys) == "api_base");
    CHECK(nearest("steam_timeout", keys) == "stream_timeout");
    CHECK(nearest("modle", keys) == "model");
    CHECK(nearest("temperature", keys).empty());
    CHECK(nearest("x", {}).empty());
}

TEST_CASE("JSON strings are valid whatever goes in", "[base]") {
    CHECK(jsonQuoted("") == R"("")");
    CHECK(jsonQuoted("a\"b\\c") == R"("a\"b\\c")");
    CHECK(jsonQuoted("a\nb") == R"("a\nb")");
    CHECK(jsonQuoted(std::string_view("a\0b\x1f\x7f", 5)) == R"("a\u0000b\u001f\u007f")");
    CHECK(jsonQuoted("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 \xe2\x82\xac") ==
          "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 \xe2\x82\xac\"");
}

TEST_CASE("bad UTF-8 becomes replacement characters", "[base]") {
    for (const std::string_view bad :
         {"\x80", "\xff", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xe2\x82", "\xe0\x80\xaf", "\xed\xa0\x80",
          "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x9f\x98", "a\xc3(b"}) {
        const std::string quoted = jsonQuoted(bad);
        CAPTURE(quoted);
        CHECK(quoted.find("\\ufffd") != std::string::npos);
        REQUIRE_NOTHROW(nlohmann::json::parse(quoted));
    }
}

TEST_CASE("every byte and every pair of bytes gives valid JSON that means the same", "[base]") {
    size_t wrong = 0;
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            const std::string text{static_cast<char>(a), static_cast<char>(b)};
            const auto parsed = nlohmann::json::parse(jsonQuoted(text), nullptr, false);
            wrong +=
                !parsed.is_string() || (a < 0x80 && b < 0x80 && parsed.get<std::string>() != text) ? 1 : 0;
        }
    }
    CHECK(wrong == 0);
}
