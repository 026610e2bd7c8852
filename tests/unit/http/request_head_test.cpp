#include "http/head.h"

using namespace sluice;
using http::Framing;

namespace {

struct Read {
    http::HeadFault fault;
    http::RequestHead head;
};

std::unique_ptr<Read> read(const std::string& text) {
    static const base::Limits limits;
    http::HeadLines lines(http::HeadLines::Kind::Request, limits);
    auto result = std::make_unique<Read>();
    if (lines.feed(text) != http::Parse::Done) {
        result->fault =
            lines.fault().status ? lines.fault() : http::HeadFault{-1, "the head is not complete"};
        return result;
    }
    result->fault = http::readRequestHead(text, lines, result->head);
    return result;
}

std::unique_ptr<Read> readFields(const std::string& fields) {
    return read("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
}

int statusOfLine(const std::string& line) { return read(line + "\r\nHost: a\r\n\r\n")->fault.status; }
int statusOfFields(const std::string& fields) { return readFields(fields)->fault.status; }

}  // namespace

TEST_CASE("a request head is taken apart", "[http]") {
    const auto r = read(
        "POST /v1/chat/completions?a=b&c=?d HTTP/1.1\r\nHost: gateway:4000\r\nContent-Length: 12\r\nX-A: "
        "1\r\nx-a: 2\r\n\r\n");
    REQUIRE(r->fault.status == 0);
    CHECK(r->head.method == "POST");
    CHECK(r->head.target == "/v1/chat/completions?a=b&c=?d");
    CHECK(r->head.path == "/v1/chat/completions");
    CHECK(r->head.query == "a=b&c=?d");
    CHECK(r->head.minor == 1);
    CHECK(r->head.framing == Framing::Length);
    CHECK(r->head.content_length == 12);
    CHECK(r->head.keep_alive);
    CHECK_FALSE(r->head.expect_continue);
    CHECK(r->head.fields.size() == 4);
    CHECK(r->head.fields.find("X-a") == "1");
    CHECK(r->head.fields.count("x-A") == 2);
}

TEST_CASE("reading another head forgets the first", "[http]") {
    static const base::Limits limits;
    http::RequestHead head;
    for (const auto& [text, framing, path, query] :
         {std::tuple{"POST /a?q HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: "
                     "100-continue\r\nConnection: close\r\n\r\n",
                     Framing::Length, "/a", "q"},
          std::tuple{"GET /b HTTP/1.1\r\nHost: a\r\n\r\n", Framing::None, "/b", ""}}) {
        http::HeadLines lines(http::HeadLines::Kind::Request, limits);
        REQUIRE(lines.feed(text) == http::Parse::Done);
        REQUIRE(http::readRequestHead(text, lines, head).status == 0);
        CHECK(head.framing == framing);
        CHECK(head.path == path);
        CHECK(head.query == query);
    }
    CHECK(head.content_length == 0);
    CHECK_FALSE(head.expect_continue);
    CHECK(head.keep_alive);
    CHECK(head.fields.size() == 1);
}

TEST_CASE("request lines", "[http]") {
    struct Case {
        const char* line;
        int status;
    };
    for (const auto& c : {Case{"GET / HTTP/1.1", 0},
                          {"GET ///slashes HTTP/1.1", 0},
                          {"-BLARGH /foo HTTP/1.1", 0},
                          {"GET /with_\"quotes\"?foo=\"bar\" HTTP/1.1", 0},
                          {"GET /\xc3\xa0%20k HTTP/1.1", 0},
                          {"GET /a%00b%0d%0a HTTP/1.1", 0},
                          {"OPTIONS * HTTP/1.1", 0},
                          {"GET / HTTP/1.9", 0},
                          {"GET /foo#frag HTTP/1.1", 400},
                          {"GET * HTTP/1.1", 400},
                          {"GET foo/bar HTTP/1.1", 400},
                          {"GET  / HTTP/1.1", 400},
                          {"GET /  HTTP/1.1", 400},
                          {"GET / x HTTP/1.1", 400},
                          {"GET /\t HTTP/1.1", 400},
                          {"GET / HTTP/1.1 ", 400},
                          {"GET  HTTP/1.1", 400},
                          {"GET /\x7f HTTP/1.1", 400},
                          {"GET / http/1.1", 400},
                          {"GET / HTTP/1", 400},
                          {"GET / HTTP/1.", 400},
                          {"GET / HTTP/1.10", 400},
                          {"GET / HTTP/11.1", 400},
                          {"GET / HTTP/111", 400},
                          {"GET / HTTP/1,1", 400},
                          {"GET / HTTP/a.b", 400},
                          {"GET / FTP/1.1", 400},
                          {"GET / HTTP/+1.1", 400},
                          {"GET / HTTP/0.9", 505},
                          {"GET / HTTP/2.0", 505},
                          {"GET / HTTP/9.9", 505},
                          {"CONNECT a:443 HTTP/1.1", 501},
                          {"CONNECT [::1]:443 HTTP/1.1", 501}}) {
        CAPTURE(c.line);
        CHECK(statusOfLine(c.line) == c.status);
    }
}

TEST_CASE("absolute targets", "[http]") {
    struct Case {
        const char* target;
        int status;
        const char* path;
        const char* query;
    };
    for (const auto& c : {Case{"http://h/v1/models", 0, "/v1/models", ""},
                          {"https://h:4000/a?b=c", 0, "/a", "b=c"},
                          {"HTTP://h", 0, "/", ""},
                          {"http://h?q", 0, "/", "q"},
                          {"http://[::1]:8080/foo", 0, "/foo", ""},
                          {"http://", 400, "", ""},
                          {"http:///a", 400, "", ""},
                          {"http://user@h/a", 400, "", ""},
                          {"ftp://h/a", 400, "", ""},
                          {"http:/a", 400, "", ""}}) {
        CAPTURE(c.target);
        const auto r = read("GET " + std::string(c.target) + " HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(r->fault.status == c.status);
        if (c.status) continue;
        CHECK(r->head.path == c.path);
        CHECK(r->head.query == c.query);
    }
}

TEST_CASE("Host", "[http]") {
    const auto status = [](const std::string& fields, const char* version = "1.1") {
        return read("GET / HTTP/" + std::string(version) + "\r\n" + fields + "\r\n")->fault.status;
    };
    CHECK(status("Host: example.com\r\n") == 0);
    CHECK(status("Host: example.com:4000\r\n") == 0);
    CHECK(status("Host: [::1]:4000\r\n") == 0);
    CHECK(status("Host: 0.0.0.0=5000\r\n") == 0);
    CHECK(status("Host:\r\n") == 0);  // RFC 9110 section 7.2: empty where the target has no authority
    CHECK(status("") == 400);
    CHECK(status("", "1.0") == 0);
    CHECK(status("Host: a\r\nHost: a\r\n") == 400);
    CHECK(status("Host: a\r\nhost: b\r\n", "1.0") == 400);
    for (const char* bad : {"user@host", "host/path", "a b", "a,b", "a?b", "a#b", "a\\b", "<a>"}) {
        CAPTURE(bad);
        CHECK(status("Host: " + std::string(bad) + "\r\n") == 400);
    }
}

TEST_CASE("Content-Length is one plain decimal number", "[http]") {
    CHECK(readFields("Content-Length: 0\r\n")->head.framing == Framing::None);
    CHECK(readFields("Content-Length: 5\r\n")->head.content_length == 5);
    CHECK(readFields("content-length:\t007 \r\n")->head.content_length == 7);
    for (const char* bad : {"", "+3", "-1", "-0", "0x5", "1e3", "3,3", "5, 5", "3 3", "1_0",
                            "99999999999999999999", "\xd9\xa3", "abc", "5;", "\"5\""}) {
        CAPTURE(bad);
        CHECK(statusOfFields("Content-Length: " + std::string(bad) + "\r\n") == 400);
    }
    CHECK(statusOfFields("Content-Length: 3\r\nContent-Length: 3\r\n") == 400);
    CHECK(statusOfFields("Content-Length: 3\r\nContent-Length: 0\r\n") == 400);
}

TEST_CASE("Transfer-Encoding is exactly chunked", "[http]") {
    CHECK(readFields("Transfer-Encoding: chunked\r\n")->head.framing == Framing::Chunked);
    CHECK(readFields("transfer-encoding: CHUNKED\r\n")->head.framing == Framing::Chunked);
    CHECK(readFields("Transfer_Encoding: chunked\r\n")->head.framing == Framing::None);
    struct Case {
        const char* value;
        int status;
    };
    for (const auto& c : {Case{"", 400},
                          {", chunked", 400},
                          {"chunked,", 400},
                          {"chunked, chunked", 400},
                          {"chunked, gzip, chunked", 400},
                          {"gzip, chunked", 501},
                          {"chunked, gzip", 501},
                          {"identity", 501},
                          {"gzip", 501},
                          {"xchunked", 501},
                          {"chunked;ext=val", 501},
                          {"\"chunked\"", 501},
                          {"chunkedchunked", 501}}) {
        CAPTURE(c.value);
        CHECK(statusOfFields("Transfer-Encoding: " + std::string(c.value) + "\r\n") == c.status);
    }
    CHECK(statusOfFields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n") == 501);
    CHECK(statusOfFields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") != 0);
    CHECK(statusOfFields("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n") == 400);
    CHECK(statusOfFields("Content-Length: 0\r\nTransfer-Encoding: gzip\r\n") == 400);
    CHECK(read("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")->fault.status == 400);
}

TEST_CASE("whether the connection stays", "[http]") {
    const auto keeps = [](const char* version, const std::string& fields) {
        return read("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" + fields + "\r\n")
            ->head.keep_alive;
    };
    CHECK(keeps("1.1", ""));
    CHECK(keeps("1.1", "Connection: keep-alive\r\n"));
    CHECK_FALSE(keeps("1.1", "Connection: close\r\n"));
    CHECK_FALSE(keeps("1.1", "Connection: Upgrade, CLOSE\r\n"));
    CHECK_FALSE(keeps("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
    CHECK_FALSE(keeps("1.0", ""));
    CHECK(keeps("1.0", "Connection: Keep-Alive\r\n"));
    CHECK_FALSE(keeps("1.0", "Connection: keep-alive, close\r\n"));
}

TEST_CASE("Expect", "[http]") {
    CHECK(readFields("Content-Length: 1\r\nExpect: 100-continue\r\n")->head.expect_continue);
    CHECK(readFields("Content-Length: 1\r\nExpect: 100-Continue\r\n")->head.expect_continue);
    CHECK_FALSE(
        read("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")->head.expect_continue);
    CHECK(statusOfFields("Expect: 200-ok\r\n") == 417);
    CHECK(statusOfFields("Expect: 100-continue\r\nExpect: 100-continue\r\n") == 400);
}

TEST_CASE("fields that two readers could take differently may stand once", "[http]") {
    for (const char* name : {"Content-Type", "Authorization", "Content-Encoding"}) {
        CAPTURE(name);
        CHECK(statusOfFields(std::string(name) + ": a\r\n" + name + ": a\r\n") == 400);
    }
    CHECK(statusOfFields("Cookie: a=1\r\nCookie: b=2\r\n") == 0);
}
