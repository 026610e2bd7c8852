// Requests on one connection: what is served must not depend on how the bytes were cut.
#include <string>

#include "fuzz.h"
#include "http/memory_transport.h"
#include "http/server_connection.h"

using namespace sluice;

namespace {

std::string serve(const std::vector<std::string_view>& pieces) {
    static const base::Limits limits;
    test::MemoryTransport transport;
    for (const auto piece : pieces) transport.sends(piece);
    transport.finishes();
    http::ServerConnection connection(transport, limits);
    std::string log;
    for (;;) {
        http::RequestHead head;
        const auto next = connection.readHead(head, base::Clock::now());
        if (next == http::ServerConnection::Next::Closed) return log;
        if (next == http::ServerConnection::Next::Fault)
            return log + "fault " + std::to_string(connection.fault().status);
        for (const auto& field : head.fields) {
            fuzz::require(http::isToken(field.name) && http::isFieldValue(field.value),
                          "a field that can forge a line");
        }
        fuzz::require(!head.path.empty(), "a request without a path");
        std::string body;
        const auto read = connection.readBody(body, limits.body_bytes_max);
        log.append(head.method)
            .append(" ")
            .append(head.target)
            .append(" ")
            .append(body)
            .append(read ? "\n" : " broken\n");
        (void)connection.respond("HTTP/1.1 200 OK\r\n", body);
        if (!connection.keepAlive()) return log;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const fuzz::Input input(data, size);
    fuzz::require(serve(input.pieces()) == serve({input.text}),
                  "the outcome depends on how the bytes were cut");
    return 0;
}
