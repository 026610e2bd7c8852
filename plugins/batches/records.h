// What is known of a file and of a batch: values, kept as JSON beside their content.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace batches {

using Json = nlohmann::ordered_json;

/// Dialect of the client that made a batch, and so of its lines and results.
enum class Kind { OpenAI, Anthropic };

enum class Status { Validating, InProgress, Finalizing, Completed, Failed, Expired, Cancelling, Cancelled };
inline constexpr size_t kStatuses = 8;

/// As OpenAI calls it: "in_progress".
std::string_view nameOf(Status status);
inline bool isOver(Status status) {
    return status == Status::Completed || status == Status::Failed || status == Status::Expired ||
           status == Status::Cancelled;
}

struct File {
    std::string id, owner, filename;
    std::string purpose;  // "batch" or "batch_output"
    uint64_t bytes = 0;
    int64_t created_us = 0;  // since 1970, and unlike any other: it is the order of lists
    int64_t expires_ms = 0;
};

/// Tokens, as far as answers told of them.
struct Usage {
    uint64_t input = 0, output = 0, cached = 0, reasoning = 0;
    Usage& operator+=(const Usage& other);
};

struct Counts {
    uint64_t total = 0;
    uint64_t succeeded = 0;  // answered with 2xx
    uint64_t failed = 0;     // sent, and ended otherwise
    uint64_t canceled = 0, expired = 0;
};

struct Batch {
    std::string id, owner;
    Kind kind = Kind::OpenAI;
    Status status = Status::Validating;
    std::string endpoint;  // "/v1/chat/completions"
    std::string input_file;
    Json metadata;  // null or an object
    int64_t created_us = 0;
    std::array<int64_t, kStatuses> since_ms{};  // by Status: when it began; 0: never
    int64_t window_ends_ms = 0;                 // it expires then
    int64_t outputs_live_s = 0;                 // 0: the retention
    int64_t gone_ms = 0;                        // the record goes then; 0 while it runs
    std::string output_file, error_file;        // empty: none
    Counts counts;
    Usage usage;
    std::string error_code, error_message;

    void enter(Status next, int64_t now_ms) {
        status = next;
        since_ms[static_cast<size_t>(next)] = now_ms;
    }
    int64_t since(Status which) const { return since_ms[static_cast<size_t>(which)]; }
};

Json toJson(const File& file);
Json toJson(const Batch& batch);
/// Throw Json::exception for what is none.
File fileFrom(const Json& json);
Batch batchFrom(const Json& json);

}  // namespace batches
