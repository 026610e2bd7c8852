#include "message.h"

#include <sluice/json.hpp>

namespace guard_content {

namespace {

// {"error":error,name:value,…}, or error alone.
std::string said(bool json, const std::string& error,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
    if (!json) return error;
    std::string out = "{\"error\":" + sluice::jsonQuoted(error);
    for (const auto& [name, value] : members)
        out += "," + sluice::jsonQuoted(name) + ":" + sluice::jsonQuoted(value);
    return out + "}";
}

}  // namespace

std::string patternMessage(std::string_view pattern, bool json) {
    return said(json, "Content blocked: " + std::string(pattern) + " pattern detected",
                {{"pattern", pattern}});
}

std::string keywordMessage(std::string_view keyword, std::string_view description, bool json) {
    std::string error = "Content blocked: keyword '" + std::string(keyword) + "' detected";
    if (description.empty()) return said(json, error, {{"keyword", keyword}});
    error += " (" + std::string(description) + ")";
    return said(json, error, {{"keyword", keyword}, {"description", description}});
}

std::string categoryMessage(std::string_view category, std::string_view keyword, std::string_view severity,
                            bool json) {
    const std::string error = "Content blocked: " + std::string(category) + " category keyword '" +
                              std::string(keyword) + "' detected (severity: " + std::string(severity) + ")";
    return said(json, error, {{"category", category}, {"keyword", keyword}, {"severity", severity}});
}

std::string patternMask(std::string_view format, std::string_view pattern) {
    std::string name(pattern);
    for (char& c : name)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    constexpr std::string_view kPlace = "{pattern_name}";
    std::string out(format);
    for (size_t at = out.find(kPlace); at != std::string::npos; at = out.find(kPlace, at + name.size()))
        out.replace(at, kPlace.size(), name);
    return out;
}

}  // namespace guard_content
