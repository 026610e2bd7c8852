#include <cstring>

#include "span.h"

// Protobuf's wire format (protobuf.dev, "Encoding"): a field is its number and wire type as a varint, then a
// varint (0), eight bytes (1), or a length and that many bytes (2).
namespace exporters {
namespace {

constexpr unsigned kVarint = 0;
constexpr unsigned kFixed64 = 1;
constexpr unsigned kBytes = 2;

void putVarint(std::string& out, uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

void putTag(std::string& out, unsigned field, unsigned type) { putVarint(out, field << 3 | type); }

void putBytes(std::string& out, unsigned field, std::string_view bytes) {
    putTag(out, field, kBytes);
    putVarint(out, bytes.size());
    out.append(bytes);
}

void putNumber(std::string& out, unsigned field, uint64_t value) {
    putTag(out, field, kVarint);
    putVarint(out, value);
}

void putFixed(std::string& out, unsigned field, uint64_t value) {
    putTag(out, field, kFixed64);
    for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

// AnyValue: string_value 1, bool_value 2, int_value 3, double_value 4, array_value 5 (ArrayValue: values 1).
struct ValueBytes {
    std::string& out;

    void operator()(const std::string& value) const { putBytes(out, 1, value); }
    void operator()(bool value) const { putNumber(out, 2, value ? 1 : 0); }
    void operator()(int64_t value) const { putNumber(out, 3, static_cast<uint64_t>(value)); }
    void operator()(double value) const {
        uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        putFixed(out, 4, bits);
    }
    void operator()(const std::vector<std::string>& values) const {
        std::string list;
        for (const auto& value : values) {
            std::string one;
            putBytes(one, 1, value);
            putBytes(list, 1, one);
        }
        putBytes(out, 5, list);
    }
};

// KeyValue: key 1, value 2.
void putAttributes(std::string& out, unsigned field, const Attributes& attributes) {
    for (const auto& [key, value] : attributes.all()) {
        std::string any;
        std::visit(ValueBytes{any}, value);
        std::string pair;
        putBytes(pair, 1, key);
        putBytes(pair, 2, any);
        putBytes(out, field, pair);
    }
}

uint64_t nanoseconds(int64_t ms) { return static_cast<uint64_t>(ms) * 1'000'000; }

}  // namespace

// Span: trace_id 1, span_id 2, parent_span_id 4, name 5, kind 6, start 7, end 8, attributes 9, status 15
// (message 2, code 3). It stands as field 2 of ScopeSpans.
std::string spanProto(const Span& span) {
    std::string body;
    putBytes(body, 1, span.trace_id);
    putBytes(body, 2, span.span_id);
    if (!span.parent_id.empty()) putBytes(body, 4, span.parent_id);
    putBytes(body, 5, span.name);
    putNumber(body, 6, static_cast<uint64_t>(span.kind));
    putFixed(body, 7, nanoseconds(span.start_ms));
    putFixed(body, 8, nanoseconds(span.end_ms));
    putAttributes(body, 9, span.attributes);
    std::string status;
    if (!span.status_message.empty()) putBytes(status, 2, span.status_message);
    putNumber(status, 3, static_cast<uint64_t>(span.status));
    putBytes(body, 15, status);
    std::string out;
    putBytes(out, 2, body);
    return out;
}

// TracesData: resource_spans 1 (resource 1 (attributes 1), scope_spans 2 (scope 1 (name 1), spans 2)).
std::string spansBodyProto(const Attributes& resource, const std::vector<std::string>& spans, size_t begin,
                           size_t end) {
    std::string scope_name;
    putBytes(scope_name, 1, "sluice");
    std::string scope_spans;
    putBytes(scope_spans, 1, scope_name);
    for (size_t i = begin; i < end; ++i) scope_spans += spans[i];
    std::string attributes;
    putAttributes(attributes, 1, resource);
    std::string resource_spans;
    putBytes(resource_spans, 1, attributes);
    putBytes(resource_spans, 2, scope_spans);
    std::string out;
    putBytes(out, 1, resource_spans);
    return out;
}

}  // namespace exporters
