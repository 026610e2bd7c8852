#include "json_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace exporters {

void appendEscaped(std::string& out, std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    size_t plain = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text.substr(plain, i - plain));
        plain = i + 1;
        if (c >= 0x20) {
            out += '\\';
            out += text[i];
        } else if (c == '\n') {
            out += "\\n";
        } else {
            out += "\\u00";
            out += kDigits[c >> 4];
            out += kDigits[c & 15];
        }
    }
    out.append(text.substr(plain));
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
