#include "json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace exporters {
namespace {

constexpr size_t kStep = 8;
constexpr uint64_t kOnes = 0x0101010101010101u, kHighs = 0x8080808080808080u;

// The high bit of each byte that is zero; bytes above one that is may be marked, too (Mycroft).
constexpr uint64_t zeros(uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHighs; }

// Marks what a JSON string cannot have as it is, and perhaps more: controls, quotes, backslashes.
constexpr uint64_t marked(uint64_t bytes) {
    const uint64_t controls = (bytes - kOnes * 0x20) & ~bytes & kHighs;
    return controls | zeros(bytes ^ (kOnes * '"')) | zeros(bytes ^ (kOnes * '\\'));
}

// At most six bytes.
char* escaped(char* to, unsigned char c) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    const auto put = [&](std::string_view text) { to = std::copy(text.begin(), text.end(), to); };
    if (c == '"') {
        put("\\\"");
    } else if (c == '\\') {
        put("\\\\");
    } else if (c == '\n') {
        put("\\n");
    } else {
        put("\\u00");
        *to++ = kDigits[c >> 4];
        *to++ = kDigits[c & 15];
    }
    return to;
}

// One by one; texts of records are full of quotes.
char* escapedEach(char* to, std::string_view text) {
    for (const char one : text) {
        const auto c = static_cast<unsigned char>(one);
        if (c >= 0x20 && c != '"' && c != '\\')
            *to++ = one;
        else
            to = escaped(to, c);
    }
    return to;
}

}  // namespace

// A sender spends much of its time here: records are long, and stand as texts in what vendors want.
void appendEscaped(std::string& out, std::string_view text) {
    constexpr size_t kPart = 1024;
    std::array<char, 6 * kPart + kStep> part;
    while (!text.empty()) {
        const std::string_view now = text.substr(0, kPart);
        text.remove_prefix(now.size());
        char* to = part.data();
        size_t at = 0;
        for (; at + kStep <= now.size(); at += kStep) {
            uint64_t bytes = 0;
            std::memcpy(&bytes, now.data() + at, kStep);
            if (marked(bytes) == 0) {
                std::memcpy(to, &bytes, kStep);
                to += kStep;
            } else {
                to = escapedEach(to, now.substr(at, kStep));
            }
        }
        to = escapedEach(to, now.substr(at));
        out.append(part.data(), static_cast<size_t>(to - part.data()));
    }
}

void JsonText::separate() {
    if (!first_) out_ += ',';
    first_ = false;
}

JsonText& JsonText::open(char c) {
    separate();
    out_ += c;
    first_ = true;
    return *this;
}

JsonText& JsonText::close(char c) {
    out_ += c;
    first_ = false;
    return *this;
}

JsonText& JsonText::key(std::string_view name) {
    separate();
    out_ += '"';
    appendEscaped(out_, name);
    out_ += "\":";
    first_ = true;
    return *this;
}

JsonText& JsonText::text(std::string_view value) {
    separate();
    out_ += '"';
    appendEscaped(out_, value);
    out_ += '"';
    return *this;
}

JsonText& JsonText::integer(int64_t value) {
    separate();
    out_ += std::to_string(value);
    return *this;
}

JsonText& JsonText::real(double value) {
    if (!std::isfinite(value)) return null();
    separate();
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out_.append(digits.data(), static_cast<size_t>(end.ptr - digits.data()));
    return *this;
}

JsonText& JsonText::raw(std::string_view json) {
    separate();
    out_.append(json);
    return *this;
}

}  // namespace exporters
