#include "http/head.h"

using namespace sluice;
using http::HeadLines;
using http::Parse;

namespace {

struct Fed {
    Parse parse;
    int status;
};

// Feeds `text` whole, then byte by byte; both must come to the same end.
Fed feed(const std::string& text, const base::Limits& limits = {},
         HeadLines::Kind kind = HeadLines::Kind::Request) {
    HeadLines whole(kind, limits);
    const Parse parse = whole.feed(text);
    HeadLines trickle(kind, limits);
    Parse by_byte = Parse::NeedMore;
    for (size_t n = 1; n <= text.size() && by_byte == Parse::NeedMore; ++n)
        by_byte = trickle.feed(std::string_view(text).substr(0, n));
    CHECK(by_byte == parse);
    CHECK(trickle.fault().status == whole.fault().status);
    if (parse == Parse::Done) CHECK(trickle.size() == whole.size());
    return {parse, whole.fault().status};
}

std::string head(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }

}  // namespace

TEST_CASE("the lines of a head are found, wherever the buffer moves", "[http]") {
    const base::Limits limits;
    HeadLines lines(HeadLines::Kind::Request, limits);
    const std::string text = "GET /x HTTP/1.1\r\nHost: \t a \t\r\nEmpty:\r\n\r\nBODY";
    for (size_t n = 1; n < 40; ++n) {
        const auto piece = std::make_unique<std::string>(text, 0, n);  // another address each time
        REQUIRE(lines.feed(*piece) == Parse::NeedMore);
    }
    REQUIRE(lines.feed(text) == Parse::Done);
    CHECK(lines.size() == text.size() - 4);
    CHECK(lines.startLine().in(text) == "GET /x HTTP/1.1");
    REQUIRE(lines.fields().size() == 2);
    CHECK(lines.fields()[0].name.in(text) == "Host");
    CHECK(lines.fields()[0].value.in(text) == "a");
    CHECK(lines.fields()[1].name.in(text) == "Empty");
    CHECK(lines.fields()[1].value.in(text).empty());
    lines.reset();
    CHECK(lines.fields().empty());
    CHECK(lines.feed(head("")) == Parse::Done);
}

TEST_CASE("good heads are done, unfinished ones need more", "[http]") {
    CHECK(feed(head("")).parse == Parse::Done);
    CHECK(feed(head("X: caf\xc3\xa9\r\nY:\ttab\there\r\n")).parse == Parse::Done);
    CHECK(feed("GET / HTTP/1.1\r\n").parse == Parse::NeedMore);
    CHECK(feed("GET / HTTP/1.1\r\nHost: a\r").parse == Parse::NeedMore);
    CHECK(feed("").parse == Parse::NeedMore);
}

TEST_CASE("what is no line of a head is refused", "[http]") {
    struct Case {
        const char* why;
        std::string text;
    };
    const std::vector<Case> cases{
        {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
        {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"},
        {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
        {"LF first", "\nGET / HTTP/1.1\r\n"},
        {"empty line first", "\r\nGET / HTTP/1.1\r\n"},
        {"bare CR in a value", head("X: a\rb\r\n")},
        {"CR CR LF", head("X: a\r\r\n")},
        {"NUL in a value", head(std::string("X: a\0b\r\n", 8))},
        {"NUL in a name", head(std::string("X\0: a\r\n", 7))},
        {"DEL in a value", head("X: a\x7f\r\n")},
        {"BEL in a value", head("X: plain\x07injected\r\n")},
        {"escape in a value", head("X: \x1b[2J\r\n")},
        {"control character among eight good ones", head("X: 0123456789ab\x01"
                                                         "def\r\n")},
        {"folded line", head("X: a\r\n b\r\n")},
        {"folded with a tab", head("X: a\r\n\tb\r\n")},
        {"folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
        {"space before the colon", head("X : a\r\n")},
        {"tab before the colon", head("X\t: a\r\n")},
        {"no name", head(": a\r\n")},
        {"no colon", head("garbage\r\n")},
        {"bracket in a name", head("Bad[Name: a\r\n")},
        {"byte beyond ASCII in a name", head("X\xc3\xbf: a\r\n")},
        {"no space in the request line", "GET\r\n"},
        {"one space in the request line", "GET /\r\n"},
        {"no method", " / HTTP/1.1\r\n"},
        {"spaces only", "   \r\n\r\n"},
        {"colon in the method", "GET: / HTTP/1.1\r\n"},
        {"byte beyond ASCII in the method", "GET\xc3\xbf / HTTP/1.1\r\n"},
        {"NUL in the method", std::string("GET\0 / HTTP/1.1\r\n", 17)},
        {"tab instead of a space", "GET\t/ HTTP/1.1\r\n"},
        {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 13)},
    };
    for (const auto& c : cases) {
        CAPTURE(c.why);
        const auto fed = feed(c.text);
        CHECK(fed.parse == Parse::Fault);
        CHECK(fed.status == 400);
    }
}

TEST_CASE("each limit holds to the byte", "[http]") {
    base::Limits limits;
    limits.field_bytes_max = 100;
    limits.head_fields_max = 5;
    limits.head_bytes_max = 400;
    limits.target_bytes_max = 64;
    const auto fieldOf = [](size_t n) { return "X:" + std::string(n - 2, 'v') + "\r\n"; };
    SECTION("field size") {
        CHECK(feed(head(fieldOf(100)), limits).parse == Parse::Done);
        CHECK(feed(head(fieldOf(101)), limits).status == 431);
    }
    SECTION("field count") {
        const auto fields = [](int n) {
            std::string text = "GET / HTTP/1.1\r\n";
            for (int i = 0; i < n; ++i) text += "a:b\r\n";
            return text + "\r\n";
        };
        CHECK(feed(fields(5), limits).parse == Parse::Done);
        CHECK(feed(fields(6), limits).status == 431);
    }
    SECTION("head size") {
        const std::string start =
            "GET / HTTP/1.1\r\n" + fieldOf(98) + fieldOf(98) + fieldOf(98);  // 316 bytes
        CHECK(feed(start + fieldOf(80) + "\r\n", limits).parse == Parse::Done);
        CHECK(feed(start + fieldOf(81) + "\r\n", limits).status == 431);
    }
    SECTION("a line that never ends") {
        CHECK(feed("GET / HTTP/1.1\r\nX: " + std::string(1000, 'v'), limits).status == 431);
        CHECK(feed("GET /" + std::string(1000, 'v'), limits).status == 414);
        CHECK(feed(std::string(1000, 'v'), limits).status == 414);
    }
    SECTION("a long request line") {
        CHECK(feed("GET /" + std::string(63, 'v') + " HTTP/1.1\r\n\r\n", limits).parse == Parse::Done);
        CHECK(feed("GET /" + std::string(164, 'v') + " HTTP/1.1\r\n\r\n", limits).status == 414);
        CHECK(feed(std::string(1000, 'v') + "\r\n", limits).status == 414);
    }
}

TEST_CASE("a status line may be longer than a request target", "[http]") {
    base::Limits limits;
    limits.target_bytes_max = 64;
    const std::string text = "HTTP/1.1 200 " + std::string(500, 'r') + "\r\n\r\n";
    CHECK(feed(text, limits, HeadLines::Kind::Response).parse == Parse::Done);
    limits.field_bytes_max = 100;
    CHECK(feed("HTTP/1.1 200 " + std::string(500, 'r'), limits, HeadLines::Kind::Response).status == 431);
}
