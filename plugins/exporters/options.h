// The keys that every exporter has, and every bound that its configuration does not have.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace exporters {

using std::chrono::milliseconds;

struct Options {
    /// Records, and bytes of them, that wait in memory, whatever they wait for. More are dropped and counted.
    size_t queue_records = 10'000;
    uint64_t queue_bytes = uint64_t{64} << 20;
    /// A request to the receiver has at most that many records, and at most that many bytes of them as the
    /// gateway wrote them, but always one.
    size_t batch_size = 100;
    uint64_t batch_bytes = uint64_t{1} << 20;
    /// For how long a record waits for others.
    milliseconds flush{1'000};
    /// Of one request to the receiver.
    milliseconds timeout{10'000};
    /// Pauses after failures begin and end with these; each is twice the one before, less up to a half at
    /// random.
    milliseconds retry_min{500};
    milliseconds retry_max{30'000};
    /// Threads that send, each to another receiver.
    size_t senders = 2;
    bool gzip = true;  // each plugin's manifest says its own default
    /// Directory for records that a receiver does not take at the moment. Empty: none.
    std::string spool = "sluice.callbacks";
    uint64_t spool_bytes = uint64_t{256} << 20;
    /// How long the end of the instance goes on sending; what is left then is spooled.
    milliseconds drain{3'000};

    /// Of the records, which ones.
    double sample_rate = 1.0;
    bool success = true;
    bool failure = true;
    /// messages and response become "redacted-by-litellm".
    bool hide_messages = false;
    /// What says which key, user, team and organisation it was becomes null.
    bool hide_key_info = false;
    /// Whether a request may say that it is not recorded, or with its messages.
    bool callers_decide = true;
    /// What else becomes "redacted-by-litellm": ways of names into the record; "*" is any member or element.
    std::vector<std::vector<std::string>> masks;
    /// A JSON object that each record gets as `custom_fields`; empty: none.
    std::string custom_fields;

    uint64_t segmentBytes() const;
};

constexpr milliseconds kAdopt{5'000};       // how often spools are looked for that another process has left
constexpr milliseconds kSpoolPause{1'000};  // after a write that the disk did not take
constexpr milliseconds kRetryAfterMax{600'000};  // a receiver that asks for more is asked again all the same
constexpr size_t kDestinationsMax = 1'000;       // receivers of one instance: keys and teams with their own
constexpr milliseconds kLogEvery{60'000};        // one line of the same kind

/// Of a configuration that the host has checked against kOptionsSchema. Throws sluice::ConfigError.
Options optionsOf(const nlohmann::json& config);

/// The members of the schema for these, to stand in a manifest: `"properties": {` SLUICE_EXPORTER_PROPERTIES
/// `}`.
#define SLUICE_EXPORTER_PROPERTIES                                                                     \
    R"("queue_records": {"type": "integer", "minimum": 1, "maximum": 10000000, "default": 10000},)"    \
    R"("queue_bytes": {"type": "integer", "minimum": 65536, "default": 67108864},)"                    \
    R"("batch_size": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100},)"            \
    R"("batch_bytes": {"type": "integer", "minimum": 1024, "maximum": 67108864, "default": 1048576},)" \
    R"("flush_interval_s": {"type": "number", "minimum": 0.01, "maximum": 3600, "default": 1},)"       \
    R"("timeout_ms": {"type": "integer", "minimum": 10, "maximum": 60000, "default": 10000},)"         \
    R"("retry_min_ms": {"type": "integer", "minimum": 10, "maximum": 60000, "default": 500},)"         \
    R"("retry_max_ms": {"type": "integer", "minimum": 10, "maximum": 600000, "default": 30000},)"      \
    R"("senders": {"type": "integer", "minimum": 1, "maximum": 32, "default": 2},)"                    \
    R"("spool": {"type": "string", "default": "sluice.callbacks"},)"                                   \
    R"("spool_bytes": {"type": "integer", "minimum": 65536, "default": 268435456},)"                   \
    R"("drain_ms": {"type": "integer", "minimum": 0, "maximum": 60000, "default": 3000},)"             \
    R"("sample_rate": {"type": "number", "minimum": 0, "maximum": 1, "default": 1},)"                  \
    R"("events": {"type": "string", "enum": ["success", "failure", "success_and_failure"],)"           \
    R"("default": "success_and_failure"},)"                                                            \
    R"("turn_off_message_logging": {"type": "boolean", "default": false},)"                            \
    R"("redact_user_api_key_info": {"type": "boolean", "default": false},)"                            \
    R"("callers_decide": {"type": "boolean", "default": true},)"                                       \
    R"("mask": {"type": "array", "maxItems": 64, "items": {"type": "string", "minLength": 1}},)"       \
    R"("custom_fields": {"type": "object", "additionalProperties": {"type": "string"}},)"              \
    R"("store": {"type": "string", "default": ""},)"                                                   \
    R"("own_hosts": {"type": "array", "items": {"type": "string"}})"

}  // namespace exporters
