// Answers of an upstream: what is read must not depend on how the bytes were cut.
#include <string>

#include "fuzz.h"
#include "http/client_connection.h"
#include "http/memory_transport.h"

using namespace sluice;

namespace {

std::string read(const std::vector<std::string_view>& pieces, std::string_view method) {
    static const base::Limits limits;
    test::MemoryTransport transport;
    for (const auto piece : pieces) transport.sends(piece);
    transport.finishes();
    http::ClientConnection connection(transport, limits);
    http::ResponseHead head;
    if (const auto status = connection.readHead(head, method, base::kNever); !status)
        return base::name(status.error().code);
    fuzz::require(head.status >= 200 && head.status <= 599, "a final status out of range");
    std::string log = std::to_string(head.status) + " ";
    for (;;) {
        const auto piece = connection.readPiece(base::kNever);
        if (!piece) return log + base::name(piece.error().code);
        log += piece->data;
        if (piece->end == http::End::NotYet) continue;
        fuzz::require(!connection.reusable() || piece->end == http::End::Ok,
                      "a broken answer leaves its connection reusable");
        return log + http::name(piece->end);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const fuzz::Input input(data, size);
    for (const std::string_view method : {"POST", "HEAD"}) {
        fuzz::require(read(input.pieces(), method) == read({input.text}, method),
                      "the outcome depends on how the bytes were cut");
    }
    return 0;
}
