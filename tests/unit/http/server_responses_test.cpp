// ServerConnection, the way out: framing, HEAD, HTTP/1.0, pieces, and what happens when the client takes
// nothing.
#include <regex>

#include "http/memory_transport.h"
#include "http/server_connection.h"

using namespace sluice;
using http::ServerConnection;
using test::MemoryTransport;

namespace {

// A connection whose request has been read; `sent` is what it says then, without the date.
struct Answering {
    explicit Answering(const std::string& request) : connection(transport, limits) {
        transport.sends(request);
        REQUIRE(connection.readHead(head, base::Clock::now()) == ServerConnection::Next::Request);
    }
    std::string sent() {
        return std::regex_replace(transport.takeSent(), std::regex("Date: [^\r]*GMT\r\n"), "");
    }

    base::Limits limits;
    MemoryTransport transport;
    ServerConnection connection;
    http::RequestHead head;
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kOk = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE("a whole answer is counted", "[http]") {
    Answering a(kGet);
    CHECK_FALSE(a.connection.begun());
    CHECK(a.connection.respond(kOk + "X: y\r\n", "hello"));
    CHECK(a.connection.begun());
    CHECK(a.connection.answered());
    CHECK(a.connection.keepAlive());
    CHECK(a.connection.bytesSent() == a.transport.sent().size());
    CHECK(a.transport.sent().find("\r\nDate: ") != std::string::npos);
    CHECK(a.sent() == kOk + "X: y\r\ncontent-length: 5\r\n\r\nhello");
}

TEST_CASE("an empty answer says so", "[http]") {
    Answering a(kGet);
    CHECK(a.connection.respond(kOk, ""));
    CHECK(a.sent() == kOk + "content-length: 0\r\n\r\n");
}

TEST_CASE("an answer to HEAD has the head of the answer to GET and no body", "[http]") {
    Answering whole("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(whole.connection.respond(kOk, "hello"));
    CHECK(whole.sent() == kOk + "content-length: 5\r\n\r\n");
    CHECK(whole.connection.keepAlive());

    Answering pieces("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    pieces.connection.begin(kOk, std::nullopt);
    CHECK(pieces.connection.write("hello"));
    CHECK(pieces.connection.end());
    CHECK(pieces.sent() == kOk + "transfer-encoding: chunked\r\n\r\n");
    CHECK(pieces.connection.keepAlive());
}

TEST_CASE("pieces of unknown length are chunked; the head goes with the first", "[http]") {
    Answering a(kGet);
    a.connection.begin(kOk, std::nullopt);
    CHECK(a.connection.begun());
    CHECK(a.sent().empty());
    CHECK(a.connection.write("hello"));
    CHECK(a.sent() == kOk + "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
    CHECK(a.connection.write(""));  // would be the last chunk
    CHECK(a.sent().empty());
    CHECK(a.connection.write(std::string(300, 'x')));
    CHECK(a.sent() == "12c\r\n" + std::string(300, 'x') + "\r\n");
    CHECK_FALSE(a.connection.answered());
    CHECK_FALSE(a.connection.keepAlive());
    CHECK(a.connection.end());
    CHECK(a.sent() == "0\r\n\r\n");
    CHECK(a.connection.answered());
    CHECK(a.connection.keepAlive());
}

TEST_CASE("pieces of known length are counted", "[http]") {
    Answering a(kGet);
    a.connection.begin(kOk, 10);
    CHECK(a.connection.write("hello"));
    CHECK(a.connection.write("world"));
    CHECK(a.connection.end());
    CHECK(a.sent() == kOk + "content-length: 10\r\n\r\nhelloworld");
    CHECK(a.connection.keepAlive());
}

TEST_CASE("fewer bytes than announced close the connection", "[http]") {
    Answering a(kGet);
    a.connection.begin(kOk, 10);
    CHECK(a.connection.write("hello"));
    (void)a.connection.end();
    CHECK_FALSE(a.connection.keepAlive());  // the client would take the next answer for the rest of this one
}

TEST_CASE("flush sends a head that has no body yet; end alone sends all", "[http]") {
    Answering flushed(kGet);
    flushed.connection.begin(kOk, std::nullopt);
    CHECK(flushed.connection.flush());
    CHECK(flushed.sent() == kOk + "transfer-encoding: chunked\r\n\r\n");
    CHECK(flushed.connection.flush());
    CHECK(flushed.sent().empty());
    CHECK(flushed.connection.end());
    CHECK(flushed.sent() == "0\r\n\r\n");

    Answering ended(kGet);
    ended.connection.begin(kOk, std::nullopt);
    CHECK(ended.connection.end());
    CHECK(ended.sent() == kOk + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n");
}

TEST_CASE("HTTP/1.0 gets no chunks", "[http]") {
    Answering pieces("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    pieces.connection.begin(kOk, std::nullopt);
    CHECK(pieces.connection.write("hello"));
    CHECK(pieces.connection.end());
    CHECK(pieces.sent() == kOk + "connection: close\r\n\r\nhello");
    CHECK_FALSE(pieces.connection.keepAlive());

    Answering whole("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(whole.connection.respond(kOk, "hello"));
    CHECK(whole.sent() == kOk + "content-length: 5\r\nconnection: keep-alive\r\n\r\nhello");
    CHECK(whole.connection.keepAlive());
}

TEST_CASE("the server may close after an answer", "[http]") {
    Answering asked("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(asked.connection.respond(kOk, ""));
    CHECK(asked.sent() == kOk + "content-length: 0\r\nconnection: close\r\n\r\n");
    Answering wants(kGet);
    wants.connection.closeAfterThis();
    CHECK(wants.connection.respond(kOk, ""));
    CHECK(wants.sent() == kOk + "content-length: 0\r\nconnection: close\r\n\r\n");
    CHECK_FALSE(wants.connection.keepAlive());
}

TEST_CASE("an abandoned answer has no regular end", "[http]") {
    Answering a(kGet);
    a.connection.begin(kOk, std::nullopt);
    CHECK(a.connection.write("half"));
    a.connection.abandon();
    CHECK_FALSE(a.connection.keepAlive());
    CHECK(a.sent().find("0\r\n\r\n") == std::string::npos);
}

TEST_CASE("204 and 304 have no body and no framing fields that promise one", "[http]") {
    Answering no_content(kGet);
    CHECK(no_content.connection.respond("HTTP/1.1 204 No Content\r\n", ""));
    const auto sent = no_content.sent();
    CHECK(sent.find("content-length") == std::string::npos);  // RFC 9110 section 8.6
    CHECK(sent.find("transfer-encoding") == std::string::npos);
    Answering pieces(kGet);
    pieces.connection.begin("HTTP/1.1 204 No Content\r\n", std::nullopt);
    CHECK(pieces.connection.end());
    CHECK(pieces.sent() == "HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(pieces.connection.keepAlive());
}

TEST_CASE("interim responses go out by themselves", "[http]") {
    Answering a(kGet);
    CHECK(a.connection.sendInterim(102));
    CHECK(a.sent() == "HTTP/1.1 102 Processing\r\n\r\n");
    CHECK(a.connection.respond(kOk, ""));
    CHECK(a.connection.keepAlive());
}

TEST_CASE("a client that left or takes nothing ends the answer", "[http]") {
    for (const auto& [io, code] : {std::pair{http::Io::Failed, base::Code::Cancelled},
                                   std::pair{http::Io::Timeout, base::Code::DeadlineExceeded},
                                   std::pair{http::Io::Interrupted, base::Code::Cancelled}}) {
        Answering a(kGet);
        a.transport.takesOnly(10, io);
        const auto status = a.connection.respond(kOk, "hello");
        REQUIRE_FALSE(status);
        CHECK(status.error().code == code);
        CHECK(status.error().origin == base::Origin::Client);
        CHECK_FALSE(a.connection.keepAlive());
        CHECK(a.connection.bytesSent() == 10);
    }
}

TEST_CASE("each request starts counting anew", "[http]") {
    Answering a(kGet + kGet);
    CHECK(a.connection.respond(kOk, "first"));
    REQUIRE(a.connection.readHead(a.head, base::Clock::now()) == ServerConnection::Next::Request);
    CHECK_FALSE(a.connection.begun());
    CHECK_FALSE(a.connection.answered());
    CHECK(a.connection.bytesSent() == 0);
}
