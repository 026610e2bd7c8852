// Closed loop: a fixed number of keep-alive connections, each of which sends its next request when the last
// answer is complete. What it measures is capacity and CPU a request; its latencies are those of a saturated
// server (README.md). With a rate, requests are due at fixed moments instead, and their latency counts from
// then on: one that finds no free connection has begun all the same.
#pragma once

#include "histogram.hpp"
#include "load.hpp"

namespace sluice::bench {

struct ClosedLoopSettings {
    std::uint64_t connections = 64;
    double warmup_seconds = 0;       // answered and checked, not measured
    double seconds = 10;             // sending stops then; what is under way is still read to its end
    std::uint64_t requests_max = 0;  // measured requests; 0: as many as fit into `seconds`
    double timeout_seconds = 10;
    double rate = 0;  // requests a second, over all connections; 0: as fast as the answers come
};

struct ClosedLoopReport {
    std::uint64_t requests = 0;      // sent after the warm-up and answered as they should be
    std::uint64_t answered_all = 0;  // with those of the warm-up: the divisor for the server's CPU time
    std::uint64_t reconnects = 0;    // the server ended a connection after a complete answer
    double seconds = 0;              // from the end of the warm-up to the last answer
    bool gave_up = false;            // too many failures in a row
    Faults faults;
    Histogram latency;  // from the first byte sent, or the moment it was due, to the last byte read
};

ClosedLoopReport runClosedLoop(const Target& target, const ClosedLoopSettings& settings);

}  // namespace sluice::bench
