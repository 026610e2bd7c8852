// A log record as OpenTelemetry has it (opentelemetry/proto/logs/v1/logs.proto), and its two encodings over
// HTTP. [any]
#pragma once

#include <cstdint>
#include <string>

#include "exporters/otlp.h"

namespace callback_otel {

/// In the numbers of the protocol.
enum class Severity { Info = 9, Error = 17 };

struct LogRecord {
    int64_t time_ms = 0;   // since the Unix epoch
    std::string trace_id;  // 16 bytes
    std::string span_id;   // 8 bytes
    bool sampled = false;  // whether that trace is sent
    Severity severity = Severity::Info;
    std::string event_name;
    std::string body;
    exporters::Attributes attributes;
};

std::string logJson(const LogRecord& record);
std::string logProto(const LogRecord& record);

}  // namespace callback_otel
