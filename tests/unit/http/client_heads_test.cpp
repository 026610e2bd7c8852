// ClientConnection: sending, and the heads of answers.
#include "http/client_connection.h"
#include "http/memory_transport.h"

using namespace sluice;
using base::Code;
using http::ClientConnection;
using test::MemoryTransport;

namespace {

struct Upstream {
    MemoryTransport transport;
    base::Limits limits;
    ClientConnection connection{transport, limits};
    http::ResponseHead head;

    base::Status send(std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n") {
        std::vector<iovec> parts{http::part(request)};
        return connection.send(parts, base::kNever);
    }
    base::Status readHead(std::string_view method = "GET") {
        return connection.readHead(head, method, base::Clock::now() + base::milliseconds(1000));
    }
    Code errorOfHead() {
        const auto read = readHead();
        REQUIRE_FALSE(read);
        CHECK(read.error().origin == base::Origin::Upstream);
        CHECK(read.error().retry == base::Retry::Unsafe);
        CHECK_FALSE(connection.reusable());
        return read.error().code;
    }
};

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

}  // namespace

TEST_CASE("head and body go out in one go", "[http]") {
    Upstream u;
    std::vector<iovec> parts{http::part("POST / HTTP/1.1\r\n"), http::part("Host: a\r\n\r\n"),
                             http::part("body")};
    CHECK(u.connection.send(parts, base::kNever));
    CHECK(u.transport.sent() == "POST / HTTP/1.1\r\nHost: a\r\n\r\nbody");
}

TEST_CASE("a request that was interrupted goes on where it stopped", "[http]") {
    const std::string request = "POST / HTTP/1.1\r\nHost: a\r\n\r\nbody";
    for (size_t taken = 0; taken < request.size(); ++taken) {
        CAPTURE(taken);
        Upstream u;
        u.transport.takesOnly(taken, http::Io::Interrupted);
        std::vector<iovec> parts{http::part(std::string_view(request).substr(0, 17)), http::part(""),
                                 http::part(std::string_view(request).substr(17, 11)),
                                 http::part(std::string_view(request).substr(28))};
        const auto sent = u.connection.send(parts, base::kNever);
        REQUIRE_FALSE(sent);
        CHECK(sent.error().code == Code::Cancelled);
        u.transport.takesOnly(request.size(), http::Io::Failed);
        CHECK(u.connection.send(parts, base::kNever));
        CHECK(u.transport.sent() == request);
    }
}

TEST_CASE("a request that cannot be sent is never taken for safe to repeat", "[http]") {
    for (const size_t bytes : {0u, 5u}) {
        for (const auto& [io, code] : {std::pair{http::Io::Failed, Code::Unavailable},
                                       std::pair{http::Io::Timeout, Code::DeadlineExceeded}}) {
            Upstream u;
            u.transport.takesOnly(bytes, io);
            const auto sent = u.send();
            REQUIRE_FALSE(sent);
            CHECK(sent.error().code == code);
            CHECK(sent.error().retry == base::Retry::Unsafe);
        }
    }
}

TEST_CASE("a head is read, however it is cut", "[http]") {
    const std::string text =
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc";
    for (size_t at = 1; at < text.size(); ++at) {
        Upstream u;
        u.transport.sends(text.substr(0, at)).sends(text.substr(at));
        REQUIRE(u.readHead());
        CHECK(u.head.status == 404);
        CHECK(u.head.fields.find("content-type") == "text/plain");
    }
    Upstream trickle;
    trickle.transport.sendsByteByByte(text);
    CHECK(trickle.readHead());
}

TEST_CASE("what can go wrong before the head is complete", "[http]") {
    SECTION("no answer at all") {
        Upstream u;
        u.transport.finishes();
        CHECK(u.errorOfHead() == Code::Unavailable);
    }
    SECTION("the connection breaks") {
        Upstream u;
        u.transport.breaks();
        CHECK(u.errorOfHead() == Code::Unavailable);
    }
    SECTION("half a head") {
        Upstream u;
        u.transport.sends("HTTP/1.1 200 OK\r\nCont").finishes();
        CHECK(u.errorOfHead() == Code::Truncated);
    }
    SECTION("the connection breaks in the middle") {
        Upstream u;
        u.transport.sends("HTTP/1.1 200 OK\r\nCont").breaks();
        CHECK(u.errorOfHead() == Code::Unavailable);
    }
    SECTION("silence") {
        Upstream u;
        CHECK(u.errorOfHead() == Code::DeadlineExceeded);
    }
    SECTION("the fiber is interrupted") {
        Upstream u;
        u.transport.interruptsReader();
        CHECK(u.errorOfHead() == Code::Cancelled);
    }
}

TEST_CASE("malformed heads are malformed, not waited for", "[http]") {
    for (const char* text :
         {"HTTP/2 200\r\n\r\n", "ICY 200 OK\r\n\r\n", "<html>\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
          "HTTP/1.1 200 OK\nA: b\n\n", "HTTP/1.1 200 OK\r\nA b\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"}) {
        CAPTURE(text);
        Upstream u;
        u.transport.sends(text);
        CHECK(u.errorOfHead() == Code::Malformed);
    }
}

TEST_CASE("a head has a bound", "[http]") {
    Upstream u;
    u.transport.sends("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 200; ++i)
        u.transport.sends("X-" + std::to_string(i) + ": " + std::string(1000, 'v') + "\r\n");
    CHECK(u.errorOfHead() == Code::Malformed);
    Upstream endless;
    for (int i = 0; i < 200; ++i) endless.transport.sends(std::string(1000, 'v'));
    CHECK(endless.errorOfHead() == Code::Malformed);
}

TEST_CASE("interim responses are skipped, but not for ever", "[http]") {
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    for (const size_t count : {1u, 2u, 16u, 17u}) {
        CAPTURE(count);
        Upstream u;
        for (size_t i = 0; i < count; ++i) u.transport.sends(interim);
        u.transport.sends(kOk);
        if (count > base::kInterimResponsesMax) {
            CHECK(u.errorOfHead() == Code::Malformed);
        } else {
            REQUIRE(u.readHead());
            CHECK(u.head.status == 200);
            CHECK_FALSE(u.head.fields.has("link"));
        }
    }
    Upstream together;
    together.transport.sends("HTTP/1.1 100 Continue\r\n\r\n" + interim + kOk);
    REQUIRE(together.readHead());
    CHECK(together.head.status == 200);
}

TEST_CASE("received bytes are counted from the request on", "[http]") {
    Upstream u;
    u.transport.sends(kOk);
    CHECK(u.send());
    CHECK(u.connection.bytesReceived() == 0);
    REQUIRE(u.readHead());
    CHECK(u.connection.bytesReceived() == kOk.size());
    CHECK(u.send());
    CHECK(u.connection.bytesReceived() == 0);
}
