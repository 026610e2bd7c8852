// Writes JSON straight into a string: for lines that are written for each request. Commas and quotes come by
// themselves; that calls are balanced is the caller's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace sluice::base {

class JsonWriter {
public:
    /// A name that needs no escape, with all that stands around it: `,"name":`. Made by the compiler.
    class Key {
    public:
        consteval Key(const char* name) {  // NOLINT: keys are written as literals
            text_[size_++] = ',';
            text_[size_++] = '"';
            for (; *name; ++name) {
                if (*name < ' ' || *name == '"' || *name == '\\' || size_ + 3 > sizeof text_) std::abort();
                text_[size_++] = *name;
            }
            text_[size_++] = '"';
            text_[size_++] = ':';
        }
        std::string_view text() const { return {text_, size_}; }

    private:
        char text_[56] = {};
        size_t size_ = 0;
    };

    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& beginObject() { return open('{'); }
    JsonWriter& endObject() { return close('}'); }
    JsonWriter& beginArray() { return open('['); }
    JsonWriter& endArray() { return close(']'); }
    JsonWriter& key(const Key& name) {
        const std::string_view text = name.text();
        out_.append(comma_ ? text : text.substr(1));
        comma_ = false;
        return *this;
    }
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
    JsonWriter& boolean(bool value) { return value ? word(",true") : word(",false"); }
    JsonWriter& null() { return word(",null"); }
    /// What is JSON already.
    JsonWriter& raw(std::string_view json);

private:
    JsonWriter& open(char c);
    JsonWriter& close(char c);
    /// With a comma before it, which is left out where none is due.
    JsonWriter& word(std::string_view text) {
        out_.append(comma_ ? text : text.substr(1));
        comma_ = true;
        return *this;
    }
    void separate();

    std::string& out_;
    bool comma_ = false;  // something stands before the next element
};

}  // namespace sluice::base
