// Every bound of the gateway in one place. Defaults are meant for the open internet side of a company
// network; each field can be set in the config file under `listen.limits` with the same name.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::base {

struct Limits {
    // --- request head (answered with 414 or 431) ---
    uint32_t target_bytes_max = 8 * 1024;  // request target; longer is 414
    uint32_t head_bytes_max = 64 * 1024;   // request line and fields together; more is 431
    uint32_t head_fields_max = 100;        // number of field lines; more is 431
    uint32_t field_bytes_max = 32 * 1024;  // one field line; room for large JWTs; more is 431
    // --- time (answered with 408) ---
    uint32_t head_timeout_ms = 10'000;        // from the first byte of a head to its end
    uint32_t body_timeout_ms = 60'000;        // longest silence while a request body arrives
    uint32_t keepalive_timeout_ms = 75'000;   // idle connection between two requests; closed without a word
    uint32_t request_timeout_ms = 6'000'000;  // whole request, LiteLLM's request_timeout; 504 past it
    uint32_t write_timeout_ms = 300'000;      // longest time a client may take nothing from us
    // --- size (answered with 413) ---
    uint64_t body_bytes_max = 100ull * 1024 * 1024;
    // Bodies of all requests, and answers that are held whole, together, as long as their requests last; more
    // is 429. The first 64 KB of each are not counted, so that large ones do not shut out small ones. While
    // bodies grow, twice as much may be in use.
    uint64_t bodies_in_flight_bytes_max = 1024ull * 1024 * 1024;
    // --- number (answered with 503) ---
    uint32_t connections_max = 20'000;
    uint32_t connections_per_address_max =
        20'000;                    // loopback proxies share one address: lower it at the edge
    uint32_t fibers_max = 24'000;  // in all loops; vm.max_map_count allows about 32,000
    // --- streams ---
    uint32_t sse_event_bytes_max = 4 * 1024 * 1024;  // one event of an upstream stream
    uint32_t sse_comment_interval_ms =
        15'000;                            // silence after which the client gets an SSE comment; 0 = never
    uint32_t stream_timeout_ms = 300'000;  // longest gap between two pieces of an upstream stream
    // --- upstream ---
    uint32_t connect_timeout_ms = 10'000;
    uint32_t upstream_timeout_ms = 600'000;    // LiteLLM's router default `timeout`
    uint32_t upstream_idle_max = 100;          // pooled idle connections in all, each loop
    uint32_t upstream_idle_per_host_max = 10;  // … to one host, each loop; more for 2 s after their last use
    uint32_t upstream_spare_per_host = 2;      // opened in advance when the last idle one is taken; 0 = never
    uint32_t upstream_idle_timeout_ms = 90'000;
    uint64_t response_bytes_max = 256ull * 1024 * 1024;  // only where an answer has to be held whole
    // --- inside ---
    uint32_t record_queue_max =
        65'536;  // completion records waiting for their workers; more are dropped and counted
    uint32_t offload_queue_max = 4'096;  // jobs waiting for a thread of the offload pool
    uint32_t drain_timeout_ms = 30'000;  // how long SIGTERM lets running requests finish
    uint32_t stall_warn_ms = 100;        // a fiber that holds its loop longer is named by the watchdog
};

// Not configurable: beyond these a peer is broken or hostile.
inline constexpr size_t kChunkExtensionBytesMax = 1024;
inline constexpr size_t kTrailerBytesMax = 8 * 1024;
inline constexpr size_t kInterimResponsesMax = 16;
inline constexpr size_t kFiberStackBytes = 256 * 1024;
inline constexpr size_t kJsonMembersMax = 16'384;
inline constexpr size_t kAttributesMax = 64;
inline constexpr size_t kMetricSeriesMax = 1'000;
inline constexpr size_t kMetricLabelBytesMax = 256;  // the rest of a longer value is cut off

}  // namespace sluice::base
