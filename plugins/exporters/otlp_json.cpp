#include "hmac.h"
#include "json_text.h"
#include "node.h"
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
};

void writeAttributes(JsonText& out, const Attributes& attributes) {
    out.key("attributes").beginArray();
    for (const auto& [key, value] : attributes.all()) {
        out.beginObject().key("key").text(key).key("value").beginObject();
        std::visit(ValueWriter{out}, value);
        out.endObject().endObject();
    }
    out.endArray();
}

}  // namespace

void Attributes::text(std::string_view key, std::string_view value) {
    if (!value.empty()) all_.emplace_back(key, std::string(value));
}

void Attributes::texts(std::string_view key, std::vector<std::string> values) {
    if (!values.empty()) all_.emplace_back(key, std::move(values));
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
    JsonText out;
    out.beginObject().key("resourceSpans").beginArray().beginObject().key("resource").beginObject();
    writeAttributes(out, resource);
    out.endObject().key("scopeSpans").beginArray().beginObject();
    out.key("scope").beginObject().key("name").text(kScope).endObject().key("spans").beginArray();
    for (size_t i = begin; i < end; ++i) out.raw(spans[i]);
    return out.endArray().endObject().endArray().endObject().endArray().endObject().take();
}

size_t rejectedSpansJson(std::string_view answer) {
    Reader reader;
    const Node rejected = reader.read(answer)["partialSuccess"]["rejectedSpans"];
    const std::string text(rejected.text());  // as proto3's JSON has it
    if (text.empty()) return static_cast<size_t>(std::max<int64_t>(0, rejected.integer()));
    return text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos ? std::stoul(text)
                                                                                         : 0;
}

}  // namespace exporters
