// The probes that Poco's parser failed (plugin_abi.md section 7.4), a test each. Behind the head in question
// stands what a smuggler would hide there: it must never be served as a request of its own.
#include "http/client_connection.h"
#include "http/serving.h"
#include "http/writer.h"

using namespace sluice;
using test::MemoryTransport;
using test::Served;
using test::serveHowever;

namespace {

const std::string kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(const std::string& fields, const std::string& body) {
    return "POST /first HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

// Refused with `status`, and nothing after it is looked at.
void refuses(const std::string& bytes, int status) {
    CAPTURE(bytes);
    const auto served = serveHowever(bytes);
    REQUIRE(served.size() == 1);
    CHECK(served[0].status == status);
}

}  // namespace

TEST_CASE("probe: Content-Length with Transfer-Encoding: chunked", "[http]") {
    refuses(post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + kSmuggled), 400);
    refuses(post("Transfer-Encoding: chunked\r\nContent-Length: 40\r\n", "0\r\n\r\n" + kSmuggled), 400);
}

TEST_CASE("probe: two Content-Length fields", "[http]") {
    refuses(post("Content-Length: 3\r\nContent-Length: 0\r\n", "abc" + kSmuggled), 400);
    refuses(post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc" + kSmuggled), 400);
}

TEST_CASE("probe: Transfer-Encoding: gzip, chunked with Content-Length: 0", "[http]") {
    refuses(post("Transfer-Encoding: gzip, chunked\r\nContent-Length: 0\r\n", kSmuggled), 400);
    refuses(post("Transfer-Encoding: gzip, chunked\r\n", kSmuggled), 501);
}

TEST_CASE("probe: Transfer-Encoding: xchunked with Content-Length", "[http]") {
    refuses(post("Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n", "abc" + kSmuggled), 400);
    refuses(post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + kSmuggled), 501);
}

TEST_CASE("probe: signed Content-Length", "[http]") {
    refuses(post("Content-Length: +3\r\n", "abc" + kSmuggled), 400);
    refuses(post("Content-Length: -3\r\n", "abc" + kSmuggled), 400);
}

TEST_CASE("probe: space between the name of a field and its colon", "[http]") {
    refuses(post("Content-Length : 3\r\n", "abc" + kSmuggled), 400);
}

TEST_CASE("probe: a line without a colon", "[http]") { refuses(post("garbage line\r\n", ""), 400); }

TEST_CASE("probe: a folded line", "[http]") {
    refuses(post("X-Folded: a\r\n b\r\n", ""), 400);
    refuses(post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n" + kSmuggled), 400);
}

TEST_CASE("probe: bare line feeds", "[http]") {
    refuses("GET / HTTP/1.1\nHost: a\n\n", 400);
    refuses("GET / HTTP/1.1\r\nHost: a\n\r\n", 400);
    refuses("GET / HTTP/1.1\r\nHost: a\r\n\n", 400);
}

TEST_CASE("probe: missing Host, missing version, a version from the future", "[http]") {
    refuses("GET / HTTP/1.1\r\n\r\n", 400);
    refuses("GET /\r\nHost: a\r\n\r\n", 400);
    refuses("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505);
}

TEST_CASE("probe: encoded words of RFC 2047 stay plain text", "[http]") {
    static const base::Limits limits;
    const std::string text =
        "GET / HTTP/1.1\r\nHost: a\r\nX-Role: =?utf-8?B?YWRtaW4=?=\r\nX-User: "
        "=?utf-8?Q?a=0D=0AX-Admin:=20true?=\r\n\r\n";
    http::HeadLines lines(http::HeadLines::Kind::Request, limits);
    REQUIRE(lines.feed(text) == http::Parse::Done);
    http::RequestHead head;
    REQUIRE(http::readRequestHead(text, lines, head).status == 0);
    CHECK(head.fields.find("x-role") == "=?utf-8?B?YWRtaW4=?=");
    CHECK(head.fields.find("x-user") == "=?utf-8?Q?a=0D=0AX-Admin:=20true?=");
    CHECK_FALSE(head.fields.has("x-admin"));

    // The way upstream: copied into another head and written, it is one line still.
    http::Fields upstream;
    CHECK(upstream.add("X-User", *head.fields.find("x-user")));
    std::string out;
    http::appendFields(out, upstream);
    CHECK(out == "X-User: =?utf-8?Q?a=0D=0AX-Admin:=20true?=\r\n");
    CHECK_FALSE(upstream.set("X-User", "a\r\nX-Admin: true"));  // what Poco made of it
}

TEST_CASE("probe: a truncated chunked body is no success", "[http]") {
    for (const std::string body :
         {"5\r\nhello", "5\r\nhello\r\n", "5\r\nhel", "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0", "5"}) {
        refuses(post("Transfer-Encoding: chunked\r\n", body), 400);
    }
    refuses(post("Content-Length: 10\r\n", "hello"), 400);
}

TEST_CASE("probe: 101 fields, 9 KB of value, 17 KB of target", "[http]") {
    base::Limits limits;
    const auto status = [&](const std::string& bytes) {
        const auto served = serveHowever(bytes, limits);
        REQUIRE(served.size() == 1);
        return served[0].status;
    };
    std::string fields;
    for (int i = 0; i < 100; ++i) fields += "X-" + std::to_string(i) + ": v\r\n";
    CHECK(status(post(fields, "")) == 431);
    CHECK(status("GET /" + std::string(17 * 1024, 'u') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
    CHECK(status(post("X: " + std::string(9 * 1024, 'v') + "\r\n", "")) == 200);  // a JWT may be that long
    CHECK(status(post("X: " + std::string(33 * 1024, 'v') + "\r\n", "")) == 431);
    limits.field_bytes_max = 8 * 1024;
    CHECK(status(post("X: " + std::string(9 * 1024, 'v') + "\r\n", "")) == 431);
}

TEST_CASE("probe: what an upstream may not do either", "[http]") {
    for (const char* head :
         {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
          "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc"}) {
        CAPTURE(head);
        static const base::Limits limits;
        MemoryTransport transport;
        transport.sends(head).finishes();
        http::ClientConnection connection(transport, limits);
        http::ResponseHead response;
        const auto read = connection.readHead(response, "GET", base::kNever);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == base::Code::Malformed);
        CHECK_FALSE(connection.reusable());
    }
}
