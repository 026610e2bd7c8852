// Writes JSON straight into a string: for lines that are written for each request. Commas and quotes come by
// themselves; that calls are balanced is the caller's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::base {

class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& beginObject() { return open('{'); }
    JsonWriter& endObject() { return close('}'); }
    JsonWriter& beginArray() { return open('['); }
    JsonWriter& endArray() { return close(']'); }
    /// `name` is trusted to need no escape.
    JsonWriter& key(std::string_view name);
    /// For names that come from outside.
    JsonWriter& foreignKey(std::string_view name);

    JsonWriter& text(std::string_view value);
    /// null if empty.
    JsonWriter& textOrNull(std::string_view value) { return value.empty() ? null() : text(value); }
    JsonWriter& number(uint64_t value);
    JsonWriter& number(int64_t value);
    /// Shortest form, rounded to six decimals; null for what is no number.
    JsonWriter& real(double value);
    /// value · 10^-places, exactly: 1.5 for 1500 with three places. Not negative.
    JsonWriter& decimal(uint64_t value, size_t places);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// What is JSON already.
    JsonWriter& raw(std::string_view json);

private:
    JsonWriter& open(char c);
    JsonWriter& close(char c);
    void separate();

    std::string& out_;
    bool comma_ = false;  // something stands before the next element
};

}  // namespace sluice::base
