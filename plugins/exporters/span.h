// A span as OpenTelemetry has it (opentelemetry/proto/trace/v1/trace.proto, common/v1/common.proto), and its
// two encodings over HTTP. [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace exporters {

using AttributeValue = std::variant<std::string, int64_t, double, bool, std::vector<std::string>>;

class Attributes {
public:
    /// Texts that are empty, and empty lists, are left out.
    void text(std::string_view key, std::string_view value);
    void texts(std::string_view key, std::vector<std::string> values);
    void integer(std::string_view key, int64_t value) { all_.emplace_back(key, value); }
    void real(std::string_view key, double value) { all_.emplace_back(key, value); }
    void boolean(std::string_view key, bool value) { all_.emplace_back(key, value); }

    const std::vector<std::pair<std::string, AttributeValue>>& all() const { return all_; }

private:
    std::vector<std::pair<std::string, AttributeValue>> all_;
};

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

/// Protobuf. Several spans stand one after the other.
std::string spanProto(const Span& span);
std::string spansBodyProto(const Attributes& resource, const std::vector<std::string>& spans, size_t begin,
                           size_t end);

/// How many spans an answer (ExportTraceServiceResponse) says were refused.
size_t rejectedSpansJson(std::string_view answer);

}  // namespace exporters
