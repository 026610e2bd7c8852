// ClientConnection: bodies of answers, how they end, and whether the connection may be used again.
#include "http/client_connection.h"
#include "http/memory_transport.h"

using namespace sluice;
using base::Code;
using http::ClientConnection;
using http::End;
using test::MemoryTransport;

namespace {

base::TimePoint soon() { return base::Clock::now() + base::milliseconds(1000); }

struct Outcome {
    std::string body;
    End end = End::NotYet;
    std::optional<Code> error;
    bool reusable = false;
    bool operator==(const Outcome&) const = default;
};

Outcome readAll(MemoryTransport& transport, std::string_view method = "GET") {
    static const base::Limits limits;
    ClientConnection connection(transport, limits);
    http::ResponseHead head;
    REQUIRE(connection.readHead(head, method, soon()));
    Outcome outcome;
    for (;;) {
        const auto piece = connection.readPiece(soon());
        if (!piece) {
            outcome.error = piece.error().code;
            break;
        }
        outcome.body += piece->data;
        outcome.end = piece->end;
        if (piece->end != End::NotYet) break;
        REQUIRE_FALSE(piece->data.empty());
    }
    outcome.reusable = connection.reusable();
    return outcome;
}

// The same answer whole, byte by byte, and cut at every position after its head.
Outcome readHowever(const std::string& text, std::string_view method = "GET") {
    MemoryTransport at_once, trickle;
    at_once.sends(text).finishes();
    trickle.sendsByteByByte(text).finishes();
    const auto whole = readAll(at_once, method);
    CHECK(readAll(trickle, method) == whole);
    for (size_t at = 1; at < text.size(); ++at) {
        MemoryTransport cut;
        cut.sends(text.substr(0, at)).sends(text.substr(at)).finishes();
        CAPTURE(at);
        CHECK(readAll(cut, method) == whole);
    }
    return whole;
}

const std::string kCounted = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kUntilClose = "HTTP/1.1 200 OK\r\n\r\n";

}  // namespace

TEST_CASE("complete bodies of each framing", "[http]") {
    CHECK(readHowever(kCounted + "hello") == Outcome{"hello", End::Ok, {}, true});
    CHECK(readHowever(kChunked + "3\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n") ==
          Outcome{"hello", End::Ok, {}, true});
    CHECK(readHowever(kUntilClose + "hello") == Outcome{"hello", End::Ok, {}, false});
    CHECK(readHowever("HTTP/1.0 200 OK\r\n\r\nhello") == Outcome{"hello", End::Ok, {}, false});
    CHECK(readHowever(kUntilClose) == Outcome{"", End::Ok, {}, false});
}

TEST_CASE("answers without a body", "[http]") {
    CHECK(readHowever("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == Outcome{"", End::Ok, {}, true});
    CHECK(readHowever(kCounted, "HEAD") == Outcome{"", End::Ok, {}, true});
    CHECK(readHowever(kChunked, "HEAD") == Outcome{"", End::Ok, {}, true});
    CHECK(readHowever("HTTP/1.1 204 No Content\r\n\r\n") == Outcome{"", End::Ok, {}, true});
    CHECK(readHowever("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") ==
          Outcome{"", End::Ok, {}, true});
}

TEST_CASE("bodies that end too early are truncated", "[http]") {
    for (const std::string& text :
         {kCounted, kCounted + "hell", kChunked, kChunked + "5\r\nhel", kChunked + "5\r\nhello",
          kChunked + "5\r\nhello\r\n", kChunked + "5\r\nhello\r\n0\r\n"}) {
        CAPTURE(text);
        const auto outcome = readHowever(text);
        CHECK(outcome.end == End::Truncated);
        CHECK_FALSE(outcome.reusable);
    }
}

TEST_CASE("a connection that breaks is no regular end, for no framing", "[http]") {
    for (const auto& head : {kCounted, kChunked, kUntilClose}) {
        CAPTURE(head);
        MemoryTransport transport;
        transport.sends(head + "5").breaks();
        const auto outcome = readAll(transport);
        CHECK(outcome.end == End::Truncated);
        CHECK_FALSE(outcome.reusable);
    }
}

TEST_CASE("malformed chunks are malformed", "[http]") {
    for (const std::string& chunks :
         {std::string("zz\r\n"), std::string("5\r\nhelloX\r\n"), std::string("5\nhello"),
          std::string("-1\r\n"), std::string("0\r\nContent-Length: 5\r\n\r\n")}) {
        CAPTURE(chunks);
        MemoryTransport transport;
        transport.sends(kChunked + chunks).finishes();
        const auto outcome = readAll(transport);
        CHECK(outcome.error == Code::Malformed);
        CHECK_FALSE(outcome.reusable);
    }
}

TEST_CASE("a connection is used again only if nothing is left and both sides want it", "[http]") {
    const auto reusable = [](const std::string& text) {
        MemoryTransport transport;
        transport.sends(text);
        return readAll(transport).reusable;
    };
    CHECK(reusable(kCounted + "hello"));
    CHECK(reusable("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"));
    CHECK_FALSE(reusable("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    CHECK_FALSE(reusable("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"));
    CHECK_FALSE(reusable(kCounted + "hello, and more than announced"));
    CHECK_FALSE(reusable(kChunked + "0\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a second request on the same connection", "[http]") {
    static const base::Limits limits;
    MemoryTransport transport;
    ClientConnection connection(transport, limits);
    for (const auto& answer : {kCounted + "hello", kChunked + "5\r\nhello\r\n0\r\n\r\n"}) {
        transport.sends(answer);
        std::vector<iovec> request{http::part("GET / HTTP/1.1\r\nHost: a\r\n\r\n")};
        REQUIRE(connection.send(request, base::kNever));
        CHECK_FALSE(connection.reusable());
        http::ResponseHead head;
        REQUIRE(connection.readHead(head, "GET", soon()));
        std::string body;
        for (;;) {
            const auto piece = connection.readPiece(soon());
            REQUIRE(piece);
            body += piece->data;
            if (piece->end != End::NotYet) break;
        }
        CHECK(body == "hello");
        CHECK(connection.reusable());
        connection.releaseBuffer();
    }
}

TEST_CASE("a wait for a piece can time out or be interrupted, and be taken up again", "[http]") {
    static const base::Limits limits;
    MemoryTransport transport;
    ClientConnection connection(transport, limits);
    transport.sends(kChunked + "3\r\nhel\r\n").interruptsReader();
    http::ResponseHead head;
    REQUIRE(connection.readHead(head, "GET", soon()));
    CHECK(connection.readPiece(soon())->data == "hel");
    const auto interrupted = connection.readPiece(soon());
    REQUIRE_FALSE(interrupted);
    CHECK(interrupted.error().code == Code::Cancelled);
    const auto late = connection.readPiece(soon());
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Code::DeadlineExceeded);
    transport.sends("2\r\nlo\r\n0\r\n\r\n");
    CHECK(connection.readPiece(soon())->data == "lo");
    CHECK(connection.readPiece(soon())->end == End::Ok);
}

TEST_CASE("pollPiece takes what has arrived and waits for nothing", "[http]") {
    static const base::Limits limits;
    MemoryTransport transport;
    ClientConnection connection(transport, limits);
    transport.sends(kChunked + "3\r\nhel\r\n2\r\nlo").sends("\r\n0\r\n\r\n");
    http::ResponseHead head;
    REQUIRE(connection.readHead(head, "GET", soon()));
    CHECK(connection.pollPiece()->data == "hel");
    CHECK(connection.pollPiece()->data == "lo");
    CHECK(connection.pollPiece()->none());
    CHECK(connection.pollPiece()->none());
    CHECK(connection.readPiece(soon())->end == End::Ok);
    CHECK(connection.pollPiece()->end == End::Ok);
    CHECK(connection.reusable());
}

TEST_CASE("a large body comes in pieces, and memory does not grow with it", "[http]") {
    static const base::Limits limits;
    MemoryTransport transport;
    ClientConnection connection(transport, limits);
    const size_t size = 3'000'000;
    transport.sends("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
                    std::string(size, 'x'));
    http::ResponseHead head;
    REQUIRE(connection.readHead(head, "GET", soon()));
    size_t total = 0, largest = 0;
    for (;;) {
        const auto piece = connection.readPiece(soon());
        REQUIRE(piece);
        total += piece->data.size();
        largest = std::max(largest, piece->data.size());
        if (piece->end != End::NotYet) break;
    }
    CHECK(total == size);
    CHECK(largest <= 256 * 1024);
    CHECK(connection.reusable());
}
