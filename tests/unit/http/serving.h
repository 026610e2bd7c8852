// Serves everything a peer sends on one connection, as the gateway does it: each good request is answered
// with 200 and its own body, each bad one with the status that its fault asks for, and then the connection
// closes.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "http/memory_transport.h"

namespace sluice::test {

struct Served {
    int status = 0;
    std::string method;
    std::string target;
    std::string body;
    bool operator==(const Served&) const = default;
};

/// What became of each request, in order. `transport` keeps what was sent.
std::vector<Served> serve(MemoryTransport& transport, const base::Limits& limits = {});

/// The same for bytes that arrive whole and are followed by FIN.
std::vector<Served> serve(std::string_view bytes, const base::Limits& limits = {});

/// Serves `bytes` whole, byte by byte, and cut in two at every position (long ones: around their line ends
/// and at some positions in between). All outcomes must be equal; fails the running test otherwise. Returns
/// the outcome.
std::vector<Served> serveHowever(const std::string& bytes, const base::Limits& limits = {});

std::ostream& operator<<(std::ostream& out, const Served& served);

}  // namespace sluice::test
