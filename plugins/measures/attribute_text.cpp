#include "attribute_text.h"

#include <charconv>

namespace measures {
namespace {

constexpr char kEndOfName = '\x1f';
constexpr char kEndOfValue = '\x1e';
constexpr char kText = 's';
constexpr char kInteger = 'i';
constexpr char kTrue = 't';

void append(std::string& out, std::string_view name, char kind, std::string_view value) {
    out.append(name);
    out += kEndOfName;
    out += kind;
    out.append(value);
    out += kEndOfValue;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void appendText(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (value.size() > kAttributeBytesMax) {
        size_t size = kAttributeBytesMax;
        while (size > 0 && continues(value[size])) --size;
        value = value.substr(0, size);
    }
    const size_t before = out.size() + name.size() + 2;
    append(out, name, kText, value);
    for (size_t i = before; i + 1 < out.size(); ++i) {
        if (static_cast<unsigned char>(out[i]) < 0x20) out[i] = '_';
    }
}

}  // namespace

void AttributeText::text(std::string_view name, std::string_view value) { appendText(text_, name, value); }

void AttributeText::integer(std::string_view name, int64_t value) {
    append(text_, name, kInteger, std::to_string(value));
}

std::string AttributeText::with(std::string_view name, std::string_view value) const {
    std::string both = text_;
    appendText(both, name, value);
    return both;
}

exporters::Attributes attributesOf(std::string_view text) {
    exporters::Attributes all;
    while (!text.empty()) {
        const size_t name_end = text.find(kEndOfName);
        const size_t value_end = text.find(kEndOfValue, name_end);
        const std::string_view name = text.substr(0, name_end);
        const char kind = text[name_end + 1];
        const std::string_view value = text.substr(name_end + 2, value_end - name_end - 2);
        if (kind == kInteger) {
            int64_t number = 0;
            (void)std::from_chars(value.data(), value.data() + value.size(), number);
            all.integer(name, number);
        } else if (kind == kTrue) {
            all.boolean(name, true);
        } else {
            all.text(name, value);
        }
        text.remove_prefix(value_end + 1);
    }
    return all;
}

std::string_view overflowText() {
    static const std::string text = [] {
        std::string one;
        append(one, "otel.metric.overflow", kTrue, "");
        return one;
    }();
    return text;
}

}  // namespace measures
