#include "text.h"

namespace store_postgres {
namespace {

constexpr char kEscape = 0x1A;

// How many bytes of a character begin there (RFC 3629, section 4); 0 if none does.
size_t characterAt(std::string_view bytes, size_t at) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const size_t size = first >= 0xC2 && first < 0xE0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : 4;
    if (first < 0xC2 || first > 0xF4 || at + size > bytes.size()) return 0;
    for (size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
    if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
    return size;
}

int digitOf(char c) { return c >= 'A' ? c - 'A' + 10 : c - '0'; }

}  // namespace

std::string toText(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string text;
    text.reserve(bytes.size());
    for (size_t i = 0; i < bytes.size();) {
        const size_t size = bytes[i] == '\0' || bytes[i] == kEscape ? 0 : characterAt(bytes, i);
        if (size == 0) {
            const auto byte = static_cast<unsigned char>(bytes[i++]);
            text += {kEscape, kDigits[byte >> 4], kDigits[byte & 15]};
        } else {
            text.append(bytes.substr(i, size));
            i += size;
        }
    }
    return text;
}

std::string fromText(std::string_view text) {
    if (text.find(kEscape) == std::string_view::npos) return std::string(text);
    std::string bytes;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == kEscape && i + 2 < text.size()) {
            bytes += static_cast<char>(digitOf(text[i + 1]) * 16 + digitOf(text[i + 2]));
            i += 2;
        } else {
            bytes += text[i];
        }
    }
    return bytes;
}

void Array::add(std::string_view text) {
    std::string& out = next();
    out += '"';
    for (const char c : toText(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

}  // namespace store_postgres
