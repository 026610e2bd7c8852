#include "base/text.h"

#include <algorithm>
#include <cstring>

namespace sluice::base {

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower(c);
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::optional<uint64_t> parseDecimal(std::string_view text) {
    if (text.empty() || text.size() > 19) return std::nullopt;
    uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) previous[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t change = previous[j - 1] + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
            row[j] = std::min({previous[j] + 1, row[j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(previous);
        previous.swap(row);
    }
    return previous[b.size()];
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    std::string_view best;
    size_t best_distance = std::max<size_t>(2, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const size_t distance = editDistance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

namespace {

// Length of the valid UTF-8 sequence at the start of `text`; 0 if there is none (RFC 3629, no surrogates, no
// overlongs).
size_t utf8Length(std::string_view text) {
    const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
    const unsigned c = byte(0);
    if (c < 0x80) return 1;
    if (c >= 0xc2 && c <= 0xdf) return tail(1) ? 2 : 0;
    if (c >= 0xe0 && c <= 0xef) {
        if (!tail(1) || !tail(2) || (c == 0xe0 && byte(1) < 0xa0) || (c == 0xed && byte(1) > 0x9f)) return 0;
        return 3;
    }
    if (c >= 0xf0 && c <= 0xf4) {
        if (!tail(1) || !tail(2) || !tail(3) || (c == 0xf0 && byte(1) < 0x90) ||
            (c == 0xf4 && byte(1) > 0x8f))
            return 0;
        return 4;
    }
    return 0;
}

}  // namespace

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const size_t n = utf8Length(text);
        if (n == 0) return false;
        text.remove_prefix(n);
    }
    return true;
}

namespace {

bool isPlain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

// Are all of eight bytes such?
bool arePlain8(uint64_t x) {
    constexpr uint64_t kOnes = 0x0101010101010101ull;
    constexpr uint64_t kHigh = 0x8080808080808080ull;
    const auto is = [&](uint64_t c) { return ~((x ^ (kOnes * c)) + kOnes * 0x7f); };
    const uint64_t low = ~(x + kOnes * (0x80 - 0x20));  // below 0x20
    return ((x | low | is('"') | is('\\') | is(0x7f)) & kHigh) == 0;
}

size_t plainPrefix(std::string_view text) {
    size_t at = 0;
    for (uint64_t word; at + 8 <= text.size(); at += 8) {
        std::memcpy(&word, text.data() + at, 8);
        if (!arePlain8(word)) break;
    }
    while (at < text.size() && isPlain(text[at])) ++at;
    return at;
}

}  // namespace

bool isPlainJson(std::string_view text) { return plainPrefix(text) == text.size(); }

void appendJsonQuoted(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
        const size_t stop = plainPrefix(text);
        out.append(text.substr(0, stop));
        text.remove_prefix(stop);
        if (text.empty()) break;
        const char c = text.front();
        const size_t n = utf8Length(text);
        if (n == 0) {
            out += "\\ufffd";
        } else if (n > 1) {
            out += text.substr(0, n);
        } else if (c == '"' || c == '\\') {
            (out += '\\') += c;
        } else if (c == '\n') {
            out += "\\n";
        } else {
            ((out += "\\u00") += kHex[static_cast<unsigned char>(c) >> 4]) += kHex[c & 15];
        }
        text.remove_prefix(std::max<size_t>(n, 1));
    }
    out += '"';
}

std::string jsonQuoted(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    appendJsonQuoted(out, text);
    return out;
}

bool nestedBeyond(std::string_view json, size_t depth_max) {
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted && c == '\\') ++i;
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '[' || c == '{') ++depth;
        if ((c == ']' || c == '}') && depth > 0) --depth;
        if (depth > depth_max) return true;
    }
    return false;
}

}  // namespace sluice::base
