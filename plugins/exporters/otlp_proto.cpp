#include "otlp.h"
#include "protobuf.h"
#include "span.h"

namespace exporters {

using namespace proto;

namespace {

// AnyValue: string_value 1, bool_value 2, int_value 3, double_value 4, array_value 5 (ArrayValue: values 1),
// kvlist_value 6 (KeyValueList: values 1).
struct ValueBytes {
    std::string& out;

    void operator()(const std::string& value) const { putBytes(out, 1, value); }
    void operator()(bool value) const { putNumber(out, 2, value ? 1 : 0); }
    void operator()(int64_t value) const { putNumber(out, 3, static_cast<uint64_t>(value)); }
    void operator()(double value) const { putDouble(out, 4, value); }
    void operator()(const std::vector<std::string>& values) const {
        std::string list;
        for (const auto& value : values) putTextValue(list, 1, value);
        putBytes(out, 5, list);
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
        std::string list;
        for (const auto& [key, member] : value.items()) {
            std::string any;
            ValueBytes{any}.write(member, depth + 1);
            if (value.is_array()) {
                putBytes(list, 1, any);
                continue;
            }
            std::string pair;
            putBytes(pair, 1, key);
            putBytes(pair, 2, any);
            putBytes(list, 1, pair);
        }
        putBytes(out, value.is_array() ? 5 : 6, list);
    }
};

uint64_t nanoseconds(int64_t ms) { return static_cast<uint64_t>(ms) * 1'000'000; }

// Takes a varint off the front; false if there is none.
bool takeVarint(std::string_view& in, uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(in.front());
        in.remove_prefix(1);
        value |= static_cast<uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

// Takes a field off the front. `bytes` is what a field of type 2 holds, `value` a varint.
bool takeField(std::string_view& in, unsigned& field, uint64_t& value, std::string_view& bytes) {
    uint64_t tag = 0;
    if (!takeVarint(in, tag)) return false;
    field = static_cast<unsigned>(tag >> 3);
    bytes = {};
    value = 0;
    if ((tag & 7) == 0) return takeVarint(in, value);
    uint64_t size = (tag & 7) == 1 ? 8 : 4;
    if ((tag & 7) == 2 ? !takeVarint(in, size) : (tag & 7) != 1 && (tag & 7) != 5) return false;
    if (size > in.size()) return false;
    bytes = in.substr(0, size);
    in.remove_prefix(size);
    return true;
}

}  // namespace

void putTextValue(std::string& out, unsigned field, std::string_view text) {
    std::string any;
    putBytes(any, 1, text);
    putBytes(out, field, any);
}

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

// TracesData: resource_spans 1 (resource 1 (attributes 1), scope_spans 2 (scope 1 (name 1), spans 2)); those
// of metrics and logs have the same numbers.
std::string otlpBodyProto(const Attributes& resource, const std::vector<std::string>& items, size_t begin,
                          size_t end) {
    std::string scope_name;
    putBytes(scope_name, 1, "sluice");
    std::string scope;
    putBytes(scope, 1, scope_name);
    for (size_t i = begin; i < end; ++i) scope += items[i];
    std::string attributes;
    putAttributes(attributes, 1, resource);
    std::string whole;
    putBytes(whole, 1, attributes);
    putBytes(whole, 2, scope);
    std::string out;
    putBytes(out, 1, whole);
    return out;
}

// Export…ServiceResponse: partial_success 1 (rejected_… 1, error_message 2), of all signals.
size_t otlpRejectedProto(std::string_view answer) {
    unsigned field = 0;
    uint64_t value = 0;
    std::string_view bytes;
    while (takeField(answer, field, value, bytes)) {
        if (field != 1) continue;
        std::string_view partial = bytes;
        while (takeField(partial, field, value, bytes)) {
            if (field == 1) return static_cast<int64_t>(value) > 0 ? static_cast<size_t>(value) : 0;
        }
        return 0;
    }
    return 0;
}

// Span: trace_id 1, span_id 2, parent_span_id 4, name 5, kind 6, start 7, end 8, attributes 9, status 15
// (message 2, code 3). It stands as field 2 of ScopeSpans.
std::string spanProto(const Span& span) {
    std::string body;
    putBytes(body, 1, span.trace_id);
    putBytes(body, 2, span.span_id);
    putText(body, 4, span.parent_id);
    putBytes(body, 5, span.name);
    putNumber(body, 6, static_cast<uint64_t>(span.kind));
    putFixed64(body, 7, nanoseconds(span.start_ms));
    putFixed64(body, 8, nanoseconds(span.end_ms));
    putAttributes(body, 9, span.attributes);
    std::string status;
    putText(status, 2, span.status_message);
    putNumber(status, 3, static_cast<uint64_t>(span.status));
    putBytes(body, 15, status);
    std::string out;
    putBytes(out, 2, body);
    return out;
}

}  // namespace exporters
