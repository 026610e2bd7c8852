#include "accounts/presented_keys.h"

namespace accounts {
namespace {

constexpr std::string_view kScheme = "bearer";
constexpr std::string_view kBlank = " \t";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string_view trimmed(std::string_view text) {
    const size_t start = text.find_first_not_of(kBlank);
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

// RFC 9110 section 11.1: the name of a scheme is case-insensitive, spaces follow it.
std::string_view withoutScheme(std::string_view value) {
    if (value.size() < kScheme.size()) return value;
    for (size_t i = 0; i < kScheme.size(); ++i) {
        if (lower(value[i]) != kScheme[i]) return value;
    }
    const std::string_view rest = value.substr(kScheme.size());
    if (!rest.empty() && kBlank.find(rest.front()) == std::string_view::npos) return value;
    return trimmed(rest);
}

}  // namespace

std::string_view presentedKey(const sluice::Request& request, std::string_view name) {
    return withoutScheme(trimmed(request.header(name).value_or(std::string_view())));
}

}  // namespace accounts
