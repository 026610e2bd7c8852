// What both modes of sluice_loadgen share: where the load goes, what is counted as a failure, and one
// connection.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "message_parser.hpp"
#include "socket.hpp"

namespace sluice::bench {

struct Target {
    sockaddr_in address{};
    std::string request;  // head and body, ready to send again and again
    std::string expect;   // a 200 answer must contain this; empty: not checked
};

// Each request that did not end as it should counts once, under the first thing that went wrong with it.
enum class Fault : unsigned {
    Connect,     // no connection
    Status,      // an answer, not 200
    Http,        // an answer that the strict parser refuses, or bytes after it
    Closed,      // the connection ended before the answer did
    Timeout,     // no end within --timeout
    Body,        // a 200 without what --expect names
    Order,       // a chunk lost, doubled, out of order, or an event that is not a chunk
    Incomplete,  // a stream that ended in HTTP terms and not in its own: no [DONE], or chunks missing
};

class Faults final {
public:
    static constexpr std::size_t kKinds = 8;

    void count(Fault fault, std::string_view detail);
    std::uint64_t total() const;
    std::uint64_t of(Fault fault) const { return counts_[static_cast<std::size_t>(fault)]; }

    // "errors":N,"errors_by_kind":{…},"first_error":"…" (kinds with a count of 0 are left out)
    void printJson(std::FILE* out) const;

private:
    std::array<std::uint64_t, kKinds> counts_{};
    std::string first_;
};

// One connection and the exchange under way on it.
struct Client {
    enum class Phase { Idle, Connecting, Sending, Receiving };
    enum class Sent { All, Some, Broken };

    Descriptor fd;
    Phase phase = Phase::Idle;
    MessageParser parser{MessageParser::Kind::Response};
    std::size_t written = 0;       // bytes of the request
    std::uint64_t sent_at_ns = 0;  // when the first byte of the request was handed to the kernel

    // Continues to send `request`; `Some` wants EPOLLOUT.
    Sent send(std::string_view request);
    void disconnect();
};

// One read into a buffer that all clients of the thread share.
struct Received {
    std::string_view bytes;  // valid until the next call
    enum class End { Data, Nothing, Closed } end = End::Nothing;
};
Received receive(int fd);

// User and system seconds of this process so far: tells whether the load generator was the bottleneck.
double ownCpuSeconds();

}  // namespace sluice::bench
