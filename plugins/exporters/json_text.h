// JSON as it is written, member by member, into one text that grows. The caller keeps the order of calls
// right; commas come by themselves. [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace exporters {

class JsonText {
public:
    JsonText& beginObject() { return open('{'); }
    JsonText& endObject() { return close('}'); }
    JsonText& beginArray() { return open('['); }
    JsonText& endArray() { return close(']'); }
    JsonText& key(std::string_view name);
    /// UTF-8, as everything is that comes out of a parsed record or configuration.
    JsonText& text(std::string_view value);
    JsonText& integer(int64_t value);
    /// The shortest digits that read back as the same number; null for what is none.
    JsonText& real(double value);
    JsonText& boolean(bool value) { return raw(value ? "true" : "false"); }
    JsonText& null() { return raw("null"); }
    /// JSON that stands already.
    JsonText& raw(std::string_view json);

    const std::string& str() const { return out_; }
    std::string take() { return std::exchange(out_, {}); }

private:
    JsonText& open(char c);
    JsonText& close(char c);
    void separate();

    std::string out_;
    bool first_ = true;  // nothing stands before the next value at this depth
};

/// `text` as the inside of a JSON string is appended.
void appendEscaped(std::string& out, std::string_view text);

}  // namespace exporters
