// The configuration of the plugin; README.md says the same for operators.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sluice/host.hpp>

namespace batches {

struct Options {
    std::string directory;   // of this gateway alone
    std::string base_url;    // this gateway; without a slash at its end
    std::string ca_file;     // authorities for an https base_url; empty: the system's
    std::string public_url;  // what results_url begins with; empty: as the client names the gateway
    bool verify_base_url = true;
    uint32_t concurrency = 16;       // lines on their way at the same time, in all
    uint32_t batch_concurrency = 8;  // … of one batch
    int64_t priority = 100;          // of lines that name none; a higher number waits longer
    uint32_t lines_max = 50'000;     // of a batch
    uint64_t file_bytes_max = 100ull << 20;
    uint64_t answer_bytes_max = 16ull << 20;  // of one line's answer
    uint64_t tenant_bytes_max = 1ull << 30;
    uint32_t tenant_files_max = 500;
    uint32_t tenant_batches_max = 20;  // in progress
    uint64_t bytes_max = 10ull << 30;  // of everything on the disk
    int64_t retention_s = 30 * 86'400;
    int64_t window_s = 86'400;  // completion_window
    uint32_t line_timeout_ms = 600'000;
    uint32_t retries_max =
        8;  // of a line that fails with 5xx or without an answer; 429 is tried until the end
    uint32_t retry_min_ms = 1'000;
    uint32_t retry_max_ms = 60'000;

    /// The host has checked the shape against the schema. Throws sluice::ConfigError.
    static Options read(std::string_view config_json);
};

}  // namespace batches
