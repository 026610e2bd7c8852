// Small functions on text that the standard library lacks. ASCII only: protocol elements, not prose.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::base {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

inline bool iequals(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

inline bool istartsWith(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

std::string lowered(std::string_view text);

/// Without spaces and tabs at both ends (RFC 9110 OWS).
std::string_view trimmed(std::string_view text);

/// Digits only, no sign, no overflow; nothing otherwise.
std::optional<uint64_t> parseDecimal(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);

/// Insertions, deletions, replacements and swaps of neighbours between two words.
size_t editDistance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, if near enough to be what was meant; empty otherwise.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// Valid UTF-8 (RFC 3629) throughout?
bool isUtf8(std::string_view text);

/// ASCII of which nothing has to be escaped in a JSON string.
bool isPlainJson(std::string_view text);

/// JSON string literal with its quotes, control characters and invalid UTF-8 escaped.
std::string jsonQuoted(std::string_view text);
void appendJsonQuoted(std::string& out, std::string_view text);

/// Is the JSON text nested more deeply than that? Whoever parses into a tree asks first: a tree is copied,
/// written and taken down by recursion, and a fiber's stack is small. Linear; the text need not be JSON.
bool nestedBeyond(std::string_view json, size_t depth_max);

}  // namespace sluice::base
