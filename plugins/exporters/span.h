// A span as OpenTelemetry has it (opentelemetry/proto/trace/v1/trace.proto), and its two encodings over HTTP.
// [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "otlp.h"

namespace exporters {

enum class SpanKind { Internal = 1, Server = 2, Client = 3 };
enum class SpanStatus { Unset = 0, Ok = 1, Error = 2 };

struct Span {
    std::string trace_id;   // 16 bytes
    std::string span_id;    // 8 bytes
    std::string parent_id;  // 8 bytes, or empty
    std::string name;
    SpanKind kind = SpanKind::Internal;
    int64_t start_ms = 0;  // since the Unix epoch
    int64_t end_ms = 0;
    Attributes attributes;
    SpanStatus status = SpanStatus::Unset;
    std::string status_message;
};

/// JSON (OTLP 1, "JSON Protobuf Encoding"): ids in hexadecimal digits. Several spans are joined with commas.
std::string spanJson(const Span& span);
std::string spansBodyJson(const Attributes& resource, const std::vector<std::string>& spans, size_t begin,
                          size_t end);

/// Protobuf. Several spans stand one after the other. The request around them: otlpBody().
std::string spanProto(const Span& span);

/// How many spans an answer (ExportTraceServiceResponse) says were refused.
size_t rejectedSpansJson(std::string_view answer);

}  // namespace exporters
