#include "accounts/postgres.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace accounts {
namespace {

constexpr size_t kElementsMax = 100'000;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// Behind the opening quote; leaves `text` behind the closing one.
std::optional<std::string> takeQuoted(std::string_view& text) {
    std::string out;
    while (!text.empty() && text.front() != '"') {
        if (text.front() == '\\') text.remove_prefix(1);
        if (text.empty()) return std::nullopt;
        out += text.front();
        text.remove_prefix(1);
    }
    if (text.empty()) return std::nullopt;
    text.remove_prefix(1);
    return out;
}

// Without quotes; NULL only as that word alone.
std::optional<std::string> takePlain(std::string_view& text) {
    std::string out;
    while (!text.empty() && text.front() != ',') {
        if (text.front() == '{' || text.front() == '"') return std::nullopt;
        if (text.front() == '\\') text.remove_prefix(1);
        if (text.empty()) return std::nullopt;
        out += text.front();
        text.remove_prefix(1);
    }
    out = std::string(trimmed(out));
    return out.empty() ? std::nullopt : std::optional(out);
}

}  // namespace

std::optional<std::vector<std::string>> readPostgresArray(std::string_view text) {
    std::vector<std::string> all;
    text = trimmed(text);
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    if (trimmed(text).empty()) return all;
    while (all.size() < kElementsMax) {
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
        const bool quoted = !text.empty() && text.front() == '"';
        if (quoted) text.remove_prefix(1);
        const auto element = quoted ? takeQuoted(text) : takePlain(text);
        if (!element) return std::nullopt;
        if (quoted || (*element != "NULL" && *element != "null")) all.push_back(*element);
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
        if (text.empty()) return all;
        if (text.front() != ',') return std::nullopt;
        text.remove_prefix(1);
    }
    return std::nullopt;
}

std::string utcText(int64_t wall_ms) {
    const int64_t part = (wall_ms % 1000 + 1000) % 1000;
    const std::time_t seconds = (wall_ms - part) / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(part));
    return std::string(text.data(), size) + fraction.data();
}

}  // namespace accounts
