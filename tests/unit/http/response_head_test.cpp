#include "http/head.h"

using namespace sluice;
using http::Framing;

namespace {

struct Read {
    http::HeadFault fault;
    http::ResponseHead head;
};

std::unique_ptr<Read> read(const std::string& text, std::string_view method = "POST") {
    static const base::Limits limits;
    http::HeadLines lines(http::HeadLines::Kind::Response, limits);
    auto result = std::make_unique<Read>();
    if (lines.feed(text) != http::Parse::Done) {
        result->fault = {-1, lines.fault().status ? lines.fault().reason : "the head is not complete"};
        return result;
    }
    result->fault = http::readResponseHead(text, lines, method, result->head);
    return result;
}

}  // namespace

TEST_CASE("a response head is taken apart", "[http]") {
    const auto r = read("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n");
    REQUIRE(r->fault.status == 0);
    CHECK(r->head.status == 200);
    CHECK(r->head.minor == 1);
    CHECK(r->head.framing == Framing::Length);
    CHECK(r->head.content_length == 2);
    CHECK(r->head.keep_alive);
    CHECK(r->head.fields.find("content-type") == "application/json");
}

TEST_CASE("status lines", "[http]") {
    for (const char* good : {"HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.0 404 Not Found",
                             "HTTP/1.1 599 \xc3\xa4\xc3\xb6", "HTTP/1.1 100 Continue"}) {
        CAPTURE(good);
        CHECK(read(std::string(good) + "\r\n\r\n")->fault.status == 0);
    }
    for (const char* bad :
         {"HTTP/1.1",        "HTTP/1.1 ",       "HTTP/1.1 20",      "HTTP/1.1 2000 OK", "HTTP/1.1 20x OK",
          "HTTP/1.1 099 OK", "HTTP/1.1 600 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/2.0 200 OK",
          "HTTP/2 200 OK",   "HTTP/0.9 200 OK", "http/1.1 200 OK",  "ICY 200 OK",       "200 OK",
          "HTTP/1.1 -20 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 200OK",   "GET / HTTP/1.1",   "x"}) {
        CAPTURE(bad);
        CHECK(read(std::string(bad) + "\r\n\r\n")->fault.status != 0);
    }
}

TEST_CASE("how the body of an answer is framed", "[http]") {
    struct Case {
        const char* head;
        const char* method;
        Framing framing;
        bool keep_alive;
    };
    for (const auto& c :
         {Case{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "POST", Framing::Length, true},
          {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "POST", Framing::None, true},
          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "POST", Framing::Chunked, true},
          {"HTTP/1.1 200 OK\r\n\r\n", "POST", Framing::UntilClose, false},
          {"HTTP/1.0 200 OK\r\n\r\n", "POST", Framing::UntilClose, false},
          {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", "POST", Framing::Length, false},
          {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n", "POST", Framing::Length,
           true},
          {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n", "POST", Framing::Length,
           false},
          {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD", Framing::None, true},
          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HEAD", Framing::None, true},
          {"HTTP/1.1 200 OK\r\n\r\n", "HEAD", Framing::None, true},
          {"HTTP/1.1 204 No Content\r\n\r\n", "POST", Framing::None, true},
          {"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", "POST", Framing::None, true},
          {"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", "GET", Framing::None, true},
          {"HTTP/1.1 100 Continue\r\n\r\n", "POST", Framing::None, true}}) {
        CAPTURE(c.head, c.method);
        const auto r = read(c.head, c.method);
        REQUIRE(r->fault.status == 0);
        CHECK(r->head.framing == c.framing);
        CHECK(r->head.keep_alive == c.keep_alive);
    }
}

TEST_CASE("an answer that could be framed in two ways is refused", "[http]") {
    for (const char* fields :
         {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n",
          "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: 3, 3\r\n", "Content-Length: +3\r\n",
          "Content-Length: \r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: identity\r\n",
          "Transfer-Encoding: \r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"}) {
        CAPTURE(fields);
        CHECK(read("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n")->fault.status == 502);
    }
    CHECK(read("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")->fault.status == 502);
}

TEST_CASE("lines of an answer are as strict as those of a request", "[http]") {
    for (const char* text : {"HTTP/1.1 200 OK\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\n\r\n",
                             "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "HTTP/1.1 200 OK\r\ngarbage\r\n\r\n",
                             "\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
        CAPTURE(text);
        CHECK(read(text)->fault.status != 0);
    }
}
