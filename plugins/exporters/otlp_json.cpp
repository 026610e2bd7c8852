#include <algorithm>

#include "hmac.h"
#include "node.h"
#include "otlp.h"
#include "span.h"

namespace exporters {
namespace {

constexpr std::string_view kScope = "sluice";

struct ValueWriter {
    JsonText& out;

    void operator()(const std::string& value) const { out.key("stringValue").text(value); }
    // proto3's JSON has 64-bit integers as texts and reads numbers too; receivers want numbers.
    void operator()(int64_t value) const { out.key("intValue").integer(value); }
    void operator()(double value) const { out.key("doubleValue").real(value); }
    void operator()(bool value) const { out.key("boolValue").boolean(value); }
    void operator()(const std::vector<std::string>& values) const {
        out.key("arrayValue").beginObject().key("values").beginArray();
        for (const auto& value : values) out.beginObject().key("stringValue").text(value).endObject();
        out.endArray().endObject();
    }
    void operator()(const Tree& tree) const { write(tree.value, 0); }

    // NOLINTNEXTLINE(misc-no-recursion): at most kTreeDepthMax
    void write(const nlohmann::json& value, size_t depth) const {
        if (value.is_boolean()) return (*this)(value.get<bool>());
        if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX)
            return (*this)(value.get<double>());
        if (value.is_number_integer()) return (*this)(value.get<int64_t>());
        if (value.is_number()) return (*this)(value.get<double>());
        if (value.is_string()) return (*this)(value.get_ref<const std::string&>());
        if (value.is_null()) return;
        if (depth >= kTreeDepthMax) return (*this)(value.dump());
        const bool list = value.is_array();
        out.key(list ? "arrayValue" : "kvlistValue").beginObject().key("values").beginArray();
        for (const auto& [key, member] : value.items()) {
            out.beginObject();
            if (!list) out.key("key").text(key).key("value").beginObject();
            write(member, depth + 1);
            if (!list) out.endObject();
            out.endObject();
        }
        out.endArray().endObject();
    }
};

// In the order of Signal.
struct Names {
    const char *path, *resources, *scopes, *items, *rejected;
};
constexpr Names kNames[] = {
    {"/v1/traces", "resourceSpans", "scopeSpans", "spans", "rejectedSpans"},
    {"/v1/metrics", "resourceMetrics", "scopeMetrics", "metrics", "rejectedDataPoints"},
    {"/v1/logs", "resourceLogs", "scopeLogs", "logRecords", "rejectedLogRecords"},
};

const Names& namesOf(Signal signal) { return kNames[static_cast<size_t>(signal)]; }

}  // namespace

std::string_view otlpPath(Signal signal) { return namesOf(signal).path; }

void writeAttributes(JsonText& out, const Attributes& attributes) {
    out.key("attributes").beginArray();
    for (const auto& [key, value] : attributes.all()) {
        out.beginObject().key("key").text(key).key("value").beginObject();
        std::visit(ValueWriter{out}, value);
        out.endObject().endObject();
    }
    out.endArray();
}

std::string otlpBodyJson(Signal signal, const Attributes& resource, const std::vector<std::string>& items,
                         size_t begin, size_t end) {
    const Names& names = namesOf(signal);
    JsonText out;
    out.beginObject().key(names.resources).beginArray().beginObject().key("resource").beginObject();
    writeAttributes(out, resource);
    out.endObject().key(names.scopes).beginArray().beginObject();
    out.key("scope").beginObject().key("name").text(kScope).endObject().key(names.items).beginArray();
    for (size_t i = begin; i < end; ++i) out.raw(items[i]);
    return out.endArray().endObject().endArray().endObject().endArray().endObject().take();
}

size_t otlpRejectedJson(Signal signal, std::string_view answer) {
    Reader reader;
    const Node rejected = reader.read(answer)["partialSuccess"][namesOf(signal).rejected];
    const std::string text(rejected.text());  // as proto3's JSON has it
    if (text.empty()) return static_cast<size_t>(std::max<int64_t>(0, rejected.integer()));
    return text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos ? std::stoul(text)
                                                                                         : 0;
}

std::string spanJson(const Span& span) {
    JsonText out;
    out.beginObject().key("traceId").text(hexOf(span.trace_id)).key("spanId").text(hexOf(span.span_id));
    if (!span.parent_id.empty()) out.key("parentSpanId").text(hexOf(span.parent_id));
    out.key("name").text(span.name).key("kind").integer(static_cast<int64_t>(span.kind));
    out.key("startTimeUnixNano").text(std::to_string(span.start_ms) + "000000");
    out.key("endTimeUnixNano").text(std::to_string(span.end_ms) + "000000");
    writeAttributes(out, span.attributes);
    out.key("status").beginObject().key("code").integer(static_cast<int64_t>(span.status));
    if (!span.status_message.empty()) out.key("message").text(span.status_message);
    return out.endObject().endObject().take();
}

std::string spansBodyJson(const Attributes& resource, const std::vector<std::string>& spans, size_t begin,
                          size_t end) {
    return otlpBodyJson(Signal::Traces, resource, spans, begin, end);
}

size_t rejectedSpansJson(std::string_view answer) { return otlpRejectedJson(Signal::Traces, answer); }

}  // namespace exporters
