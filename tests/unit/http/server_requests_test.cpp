// ServerConnection, the way in: heads, bodies, pipelining, keep-alive, 100-continue and time.
#include "http/memory_transport.h"
#include "http/server_connection.h"
#include "http/serving.h"

using namespace sluice;
using http::ServerConnection;
using test::MemoryTransport;
using test::serve;
using test::Served;
using Next = http::ServerConnection::Next;

namespace {

const std::string kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

// A connection that has read the head of `bytes`.
struct Reading {
    explicit Reading(std::string_view bytes, const base::Limits& given = {})
        : limits(given), connection(transport, limits) {
        transport.sends(bytes);
        next = connection.readHead(head, base::Clock::now());
    }
    base::Limits limits;
    MemoryTransport transport;
    ServerConnection connection;
    http::RequestHead head;
    Next next;
};

std::string post(const std::string& fields, const std::string& body = {}) {
    return "POST /a HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

}  // namespace

TEST_CASE("requests on one connection are served in order", "[http]") {
    const auto served =
        test::serveHowever(kGet + post("Content-Length: 5\r\n", "hello") +
                           post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n") + kGet);
    CHECK(served == std::vector<Served>{{200, "GET", "/a", ""},
                                        {200, "POST", "/a", "hello"},
                                        {200, "POST", "/a", "abc"},
                                        {200, "GET", "/a", ""}});
}

TEST_CASE("whether another request is read", "[http]") {
    CHECK(serve(kGet + kGet).size() == 2);
    CHECK(serve("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + kGet).size() == 1);
    CHECK(serve("GET /a HTTP/1.0\r\n\r\n" + kGet).size() == 1);
    CHECK(serve("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + kGet).size() == 2);
    CHECK(serve("GET /a HTTP/9.9\r\n\r\n" + kGet).size() == 1);
}

TEST_CASE("a connection that ends between requests is closed without a word", "[http]") {
    MemoryTransport transport;
    transport.finishes();
    CHECK(serve(transport).empty());
    CHECK(transport.sent().empty());
    for (const auto& silent : {MemoryTransport().sends(kGet), MemoryTransport().sends(kGet).breaks(),
                               MemoryTransport().sends(kGet).interruptsReader()}) {
        MemoryTransport again = silent;
        CHECK(serve(again).size() == 1);
    }
}

TEST_CASE("half a head at the end of the connection is a bad request", "[http]") {
    for (const std::string half :
         {"G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r"}) {
        CAPTURE(half);
        CHECK(serve(half) == std::vector<Served>{{400, "", "", ""}});
    }
}

TEST_CASE("a body can be read once, and not at all", "[http]") {
    Reading r(post("Content-Length: 5\r\n", "hello"));
    REQUIRE(r.next == Next::Request);
    CHECK_FALSE(r.connection.bodyRead());
    std::string body;
    CHECK(r.connection.readBody(body, 100));
    CHECK(r.connection.readBody(body, 100));
    CHECK(body == "hello");
    CHECK(r.connection.bodyRead());
}

TEST_CASE("an unread body closes the connection after the answer", "[http]") {
    Reading r(post("Content-Length: 5\r\n", "hello") + kGet);
    CHECK(r.connection.respond("HTTP/1.1 200 OK\r\n", "x"));
    CHECK_FALSE(r.connection.keepAlive());
    CHECK(r.transport.sent().find("connection: close\r\n") != std::string::npos);
}

TEST_CASE("bodies have a bound", "[http]") {
    for (const std::string& request :
         {post("Content-Length: 6\r\n", "123456"),
          post("Transfer-Encoding: chunked\r\n", "3\r\n123\r\n3\r\n456\r\n0\r\n\r\n")}) {
        for (const uint64_t max : {5u, 6u}) {
            Reading r(request);
            std::string body;
            const auto read = r.connection.readBody(body, max);
            CHECK(read.has_value() == (max == 6));
            if (read) continue;
            CHECK(read.error().code == base::Code::TooLarge);
            CHECK(read.error().origin == base::Origin::Client);
            CHECK(r.connection.respond("HTTP/1.1 413 Content Too Large\r\n", ""));
            CHECK_FALSE(r.connection.keepAlive());
        }
    }
}

TEST_CASE("bodies have a bound together", "[http]") {
    base::ByteBudget budget;
    const size_t half = 2 * base::ByteBudget::kFree;
    const auto text = std::string(half, 'x');
    const auto read = [&](base::ByteBudget::Share& share) {
        Reading r(post("Content-Length: " + std::to_string(half) + "\r\n", text));
        std::string body;
        return r.connection.readBody(body, 2 * half, base::kNever, &share);
    };
    {
        base::ByteBudget::Share first(budget, half + 1), second(budget, half + 1);
        CHECK(read(first));
        CHECK(budget.used() == half);
        const auto refused = read(second);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == base::Code::ResourceExhausted);
        CHECK(second.grow(base::ByteBudget::kFree));  // a small one finds room
    }
    CHECK(budget.used() == 0);
}

TEST_CASE("a body that is announced as too large is refused before it is sent for", "[http]") {
    Reading r(post("Content-Length: 1000000\r\nExpect: 100-continue\r\n"));
    std::string body;
    const auto read = r.connection.readBody(body, 1000);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == base::Code::TooLarge);
    CHECK(r.transport.sent().empty());
}

TEST_CASE("a body that ends too early is truncated", "[http]") {
    for (const std::string& request :
         {post("Content-Length: 6\r\n", "123"), post("Transfer-Encoding: chunked\r\n", "3\r\n123\r\n")}) {
        Reading r(request);
        r.transport.finishes();
        std::string body;
        const auto read = r.connection.readBody(body, 100);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == base::Code::Truncated);
        CHECK_FALSE(r.connection.keepAlive());
    }
}

TEST_CASE("a client that leaves in the middle of a body has cancelled", "[http]") {
    Reading r(post("Content-Length: 6\r\n", "123"));
    r.transport.breaks();
    std::string body;
    const auto read = r.connection.readBody(body, 100);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == base::Code::Cancelled);
}

TEST_CASE("100 Continue is sent when the body is awaited, not before", "[http]") {
    Reading r(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
    REQUIRE(r.next == Next::Request);
    CHECK(r.transport.sent().empty());
    r.transport.sendsOnceItSaw("HTTP/1.1 100 Continue\r\n\r\n", "hello");
    std::string body;
    CHECK(r.connection.readBody(body, 100));
    CHECK(body == "hello");
    CHECK(r.transport.takeSent() == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(r.connection.respond("HTTP/1.1 200 OK\r\n", ""));
    CHECK(r.connection.keepAlive());
}

TEST_CASE("100 Continue is not sent where it is no use", "[http]") {
    SECTION("the body is there already") {
        Reading r(post("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"));
        std::string body;
        CHECK(r.connection.readBody(body, 100));
        CHECK(r.transport.sent().empty());
    }
    SECTION("there is no body") {
        Reading r("GET /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
        std::string body;
        CHECK(r.connection.readBody(body, 100));
        CHECK(r.transport.sent().empty());
    }
    SECTION("HTTP/1.0 knows no interim responses") {
        Reading r("POST /a HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        r.transport.sends("hello");
        std::string body;
        CHECK(r.connection.readBody(body, 100));
        CHECK(r.transport.sent().empty());
    }
    SECTION("the request is refused without reading it") {
        Reading r(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
        CHECK(r.connection.respond("HTTP/1.1 401 Unauthorized\r\n", "no"));
        CHECK(r.transport.sent().find("100") == std::string::npos);
        CHECK_FALSE(r.connection.keepAlive());  // the client may send the body all the same
    }
}

TEST_CASE("a head has a deadline from its first byte, which later bytes do not move", "[http]") {
    using base::milliseconds;
    base::Limits limits;
    limits.head_timeout_ms = 2'000;
    limits.keepalive_timeout_ms = 60'000;
    const auto start = base::Clock::now();
    const auto status = [&](MemoryTransport& transport) {
        ServerConnection connection(transport, limits);
        http::RequestHead head;
        const auto next = connection.readHead(head, start);
        return next == Next::Fault ? connection.fault().status : next == Next::Request ? 200 : 0;
    };
    MemoryTransport slow, slowloris, idle, dead;
    slow.sends("GET ")
        .sendsAfter(milliseconds(1'000), "/ HTTP/1.1\r\n")
        .sendsAfter(milliseconds(1'500), "Host: a\r\n\r\n");
    CHECK(status(slow) == 200);
    slowloris.sends("GET ")
        .sendsAfter(milliseconds(1'000), "/ HTTP/1.1\r\n")
        .sendsAfter(milliseconds(3'000), "Host: a\r\n\r\n");
    CHECK(status(slowloris) == 408);
    idle.sendsAfter(milliseconds(59'000), kGet);  // idle before the first byte is something else
    CHECK(status(idle) == 200);
    dead.sendsAfter(milliseconds(61'000), kGet);
    CHECK(status(dead) == 0);
}

TEST_CASE("the head of a pipelined request has its own deadline", "[http]") {
    base::Limits limits;
    limits.head_timeout_ms = 2'000;
    MemoryTransport transport;
    transport.sends(kGet + "GET /half").sendsAfter(base::milliseconds(10'000), " HTTP/1.1\r\n\r\n");
    const auto served = serve(transport, limits);
    REQUIRE(served.size() == 2);
    CHECK(served[1].status == 408);
}

TEST_CASE("a body may be silent for a while, not for ever", "[http]") {
    base::Limits limits;
    limits.body_timeout_ms = 2'000;
    const std::string head = post("Content-Length: 4\r\n");
    MemoryTransport slow, silent;
    slow.sends(head).sendsAfter(base::milliseconds(1'500), "ab").sends("cd");
    CHECK(serve(slow, limits)[0].status == 200);
    silent.sends(head + "ab").sendsAfter(base::milliseconds(3'000), "cd");
    CHECK(serve(silent, limits)[0].status == 408);
}

TEST_CASE("an answer to a bad request is framed for that request, not for the one before", "[http]") {
    MemoryTransport transport;
    transport.sends("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n").finishes();
    const base::Limits limits;
    ServerConnection connection(transport, limits);
    http::RequestHead head;
    REQUIRE(connection.readHead(head, base::Clock::now()) == Next::Request);
    CHECK(connection.respond("HTTP/1.1 200 OK\r\n", "not sent"));
    (void)transport.takeSent();
    REQUIRE(connection.readHead(head, base::Clock::now()) == Next::Fault);
    CHECK(connection.respond("HTTP/1.1 400 Bad Request\r\n", "reason"));
    CHECK(transport.sent().find("\r\n\r\nreason") != std::string::npos);
    CHECK(transport.sent().find("connection: close\r\n") != std::string::npos);
    CHECK_FALSE(connection.keepAlive());
}

TEST_CASE("after the last answer the connection is finished and read out", "[http]") {
    Reading r(kGet);
    CHECK(r.connection.respond("HTTP/1.1 200 OK\r\n", ""));
    r.transport.sends("still sending").sends("and more").finishes();
    r.connection.linger();
    CHECK(r.transport.finished());
}
