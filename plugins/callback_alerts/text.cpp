#include "text.h"

#include <cmath>
#include <cstdio>

#include "exporters/base64.h"

namespace alerts {
namespace {

std::string formatted(const char* format, double value) {
    char text[64];
    (void)std::snprintf(text, sizeof text, format, value);
    return text;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string cut(std::string_view text, size_t bytes) {
    constexpr std::string_view kMore = "…";
    const bool too_long = text.size() > bytes;
    if (too_long) {
        size_t end = bytes > kMore.size() ? bytes - kMore.size() : 0;
        while (end > 0 && continues(text[end])) --end;
        text = text.substr(0, end);
    }
    std::string out(text);
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    }
    return too_long ? out.append(kMore) : out;
}

std::string slackText(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

std::string slackCode(std::string_view text) {
    if (text.empty()) return "-";
    std::string out = slackText(text);
    for (char& c : out) {
        if (c == '`') c = '\'';
    }
    return "`" + out + "`";
}

std::string discordText(std::string_view text) {
    constexpr std::string_view kMarks = "\\*_~`|>#[]()<@:-";
    std::string out;
    for (const char c : text) {
        if (kMarks.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string mailHeader(std::string_view text) {
    const std::string line = cut(text, 200);
    bool plain = true;
    for (const char c : line) plain &= static_cast<unsigned char>(c) < 0x80;
    if (plain && line.find("=?") == std::string::npos) return line;
    // A word has at most 75 characters: 45 bytes in base64, at the border of a character.
    std::string out;
    for (size_t at = 0; at < line.size();) {
        size_t end = std::min(line.size(), at + 42);
        while (end < line.size() && continues(line[end])) --end;
        out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") +
               exporters::base64(std::string_view(line).substr(at, end - at)) + "?=";
        at = end;
    }
    return out;
}

std::string usd(double amount) {
    return formatted(amount != 0 && std::fabs(amount) < 0.01 ? "$%.6f" : "$%.2f", amount);
}

std::string percent(double share) { return formatted("%.1f %%", share * 100); }

std::string number(int64_t value) {
    std::string digits = std::to_string(value);
    const size_t first = digits[0] == '-' ? 1 : 0;
    for (size_t at = digits.size(); at > first + 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

std::string duration(int64_t ms) {
    const int64_t seconds = ms / 1000;
    const auto pair = [](int64_t whole, const char* big, int64_t rest, const char* small) {
        return std::to_string(whole) + big + (rest > 0 ? " " + std::to_string(rest) + small : "");
    };
    if (seconds < 10) return formatted("%.1f s", static_cast<double>(ms) / 1000);
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3600) return pair(seconds / 60, " min", seconds % 60, " s");
    if (seconds < 86'400) return pair(seconds / 3600, " h", seconds % 3600 / 60, " min");
    return pair(seconds / 86'400, " d", seconds % 86'400 / 3600, " h");
}

}  // namespace alerts
