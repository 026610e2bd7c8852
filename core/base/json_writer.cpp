#include "base/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace sluice::base {

void JsonWriter::separate() {
    if (comma_) out_ += ',';
    comma_ = true;
}

JsonWriter& JsonWriter::open(char c) {
    separate();
    out_ += c;
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::close(char c) {
    out_ += c;
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    ((out_ += '"') += name) += "\":";
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

JsonWriter& JsonWriter::foreignKey(std::string_view name) {
    text(name);
    out_ += ':';
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    separate();
    appendJsonQuoted(out_, value);
    return *this;
}

JsonWriter& JsonWriter::number(uint64_t value) {
    separate();
    std::array<char, 24> digits;
    out_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    return *this;
}

JsonWriter& JsonWriter::number(int64_t value) {
    separate();
    std::array<char, 24> digits;
    out_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    return *this;
}

JsonWriter& JsonWriter::real(double value) {
    if (!std::isfinite(value)) return null();
    separate();
    std::array<char, 64> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), std::round(value * 1e6) / 1e6).ptr;
    out_.append(digits.data(), end);
    return *this;
}

JsonWriter& JsonWriter::decimal(uint64_t value, size_t places) {
    separate();
    std::array<char, 24> room;
    const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
    std::string digits(room.data(), end);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
    digits.erase(digits.find_last_not_of('0') + 1);
    out_ += digits.back() == '.' ? digits + '0' : digits;
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null() {
    separate();
    out_ += "null";
    return *this;
}

}  // namespace sluice::base
