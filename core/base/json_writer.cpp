#include "base/json_writer.h"

#include <algorithm>
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

// Most texts are short and need no escape: they go out in one piece.
JsonWriter& JsonWriter::text(std::string_view value) {
    std::array<char, 64> room;
    if (value.size() > room.size() - 3 || !isPlainJson(value)) {
        separate();
        appendJsonQuoted(out_, value);
        return *this;
    }
    room[0] = ',';
    room[1] = '"';
    std::copy(value.begin(), value.end(), room.begin() + 2);
    room[value.size() + 2] = '"';
    return word({room.data(), value.size() + 3});
}

JsonWriter& JsonWriter::number(uint64_t value) {
    std::array<char, 24> digits{','};
    return word({digits.data(), std::to_chars(digits.data() + 1, digits.data() + digits.size(), value).ptr});
}

JsonWriter& JsonWriter::number(int64_t value) {
    std::array<char, 24> digits{','};
    return word({digits.data(), std::to_chars(digits.data() + 1, digits.data() + digits.size(), value).ptr});
}

JsonWriter& JsonWriter::real(double value) {
    if (!std::isfinite(value)) return null();
    // Times and durations: whole numbers of millionths, which are written as such.
    const double millionths = std::round(value * 1e6);
    if (millionths >= 0 && millionths < 9e18) {
        const auto whole = static_cast<uint64_t>(millionths);
        return whole % 1'000'000 == 0 ? number(whole / 1'000'000) : decimal(whole, 6);
    }
    std::array<char, 64> digits{','};
    return word({digits.data(),
                 std::to_chars(digits.data() + 1, digits.data() + digits.size(), millionths / 1e6).ptr});
}

JsonWriter& JsonWriter::decimal(uint64_t value, size_t places) {
    std::array<char, 64> room;  // written from its end
    size_t at = room.size();
    const auto put = [&](char c) { room[--at] = c; };
    bool begun = false;  // zeros at the end say nothing
    for (size_t left = places; left > 0; --left, value /= 10) {
        const char digit = static_cast<char>('0' + value % 10);
        begun = begun || digit != '0';
        if (begun) put(digit);
    }
    if (!begun) put('0');
    put('.');
    do put(static_cast<char>('0' + value % 10));
    while ((value /= 10) > 0);
    put(',');
    return word({room.data() + at, room.size() - at});
}

}  // namespace sluice::base
