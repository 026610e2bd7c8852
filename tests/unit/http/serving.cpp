#include "http/serving.h"

#include <catch2/catch.hpp>

#include "http/server_connection.h"

namespace sluice::test {
namespace {

constexpr size_t kEveryPositionMax = 1500;

int statusOf(const base::Error& error) {
    switch (error.code) {
        case base::Code::TooLarge:
            return 413;
        case base::Code::DeadlineExceeded:
            return 408;
        case base::Code::Malformed:
        case base::Code::Truncated:
            return 400;
        default:
            return 0;  // nobody is there to be told
    }
}

bool worthACut(const std::string& bytes, size_t at) {
    if (bytes.size() <= kEveryPositionMax || at % 97 == 0) return true;
    return bytes[at] == '\n' || bytes[at - 1] == '\n' || bytes[at - 1] == '\r';
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Served& served) {
    return out << served.status << " " << served.method << " " << served.target << " \"" << served.body
               << "\"";
}

std::vector<Served> serve(MemoryTransport& transport, const base::Limits& limits) {
    http::ServerConnection connection(transport, limits);
    std::vector<Served> all;
    for (;;) {
        http::RequestHead head;
        const auto next = connection.readHead(head, base::Clock::now());
        if (next == http::ServerConnection::Next::Closed) return all;
        if (next == http::ServerConnection::Next::Fault) {
            connection.closeAfterThis();
            (void)connection.respond("HTTP/1.1 " + std::to_string(connection.fault().status) + " refused\r\n",
                                     "refused");
            all.push_back({connection.fault().status, {}, {}, {}});
            return all;
        }
        Served served{200, std::string(head.method), std::string(head.target), {}};
        if (const auto read = connection.readBody(served.body, limits.body_bytes_max); !read) {
            served.status = statusOf(read.error());
            served.body.clear();
        }
        if (served.status != 0)
            (void)connection.respond("HTTP/1.1 " + std::to_string(served.status) + " x\r\n", served.body);
        all.push_back(std::move(served));
        if (!connection.keepAlive()) return all;
    }
}

std::vector<Served> serve(std::string_view bytes, const base::Limits& limits) {
    MemoryTransport transport;
    transport.sends(bytes).finishes();
    return serve(transport, limits);
}

std::vector<Served> serveHowever(const std::string& bytes, const base::Limits& limits) {
    const auto whole = serve(bytes, limits);
    MemoryTransport trickle;
    trickle.sendsByteByByte(bytes).finishes();
    const auto by_byte = serve(trickle, limits);
    CHECK(by_byte == whole);
    size_t differing = 0, first_differing = 0;
    for (size_t at = 1; at < bytes.size(); ++at) {
        if (!worthACut(bytes, at)) continue;
        MemoryTransport cut;
        cut.sends(std::string_view(bytes).substr(0, at)).sends(std::string_view(bytes).substr(at)).finishes();
        if (serve(cut, limits) == whole) continue;
        if (differing++ == 0) first_differing = at;
    }
    CAPTURE(first_differing);
    CHECK(differing == 0);
    return whole;
}

}  // namespace sluice::test
