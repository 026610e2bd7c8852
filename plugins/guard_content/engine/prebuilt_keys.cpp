#include "fold.h"
#include "prebuilt.h"

namespace guard_content {

namespace {

template <class Is>
size_t runEnd(std::string_view text, size_t at, size_t most, Is is) {
    const size_t limit = std::min(text.size(), at + most);
    while (at < limit && is(text[at])) ++at;
    return at;
}

bool beginsAs(std::string_view text, size_t at, std::string_view prefix) {
    return text.substr(at, prefix.size()) == prefix;
}

bool base64(char c) { return kBase64.has(c); }

}  // namespace

// IAM: unique identifiers of long-term and temporary keys are 20 characters with these prefixes.
Extent recogniseAwsAccessKey(std::string_view text, size_t at, const Prebuilt&) {
    if (text[at] != 'A' || (at > 0 && text[at - 1] == '_')) return {};
    const auto prefix = text.substr(at, 4);
    if (prefix != "AKIA" && prefix != "ASIA" && prefix != "ABIA" && prefix != "ACCA") return {};
    const size_t end = runEnd(text, at, 21, [](char c) { return isDigit(c) || isUpper(c); });
    return end - at == 20 && endsWord(text, end) ? Extent{at, end} : Extent{};
}

// Forty characters of base64. Hashes in hexadecimal and long words lack one of the three kinds of letters.
Extent recogniseAwsSecretKey(std::string_view text, size_t at, const Prebuilt&) {
    if (at > 0 && (base64(text[at - 1]) && text[at - 1] != '=')) return {};
    const size_t end = runEnd(text, at, 41, base64);
    if (end - at != 40 || charOr0(text, end) == '_') return {};
    bool upper = false, lower = false, digit = false;
    for (size_t i = at; i < end; ++i) {
        upper |= isUpper(text[i]);
        lower |= isLower(text[i]);
        digit |= isDigit(text[i]);
    }
    return upper && lower && digit ? Extent{at, end} : Extent{};
}

Extent recogniseGithubToken(std::string_view text, size_t at, const Prebuilt&) {
    if (text[at] != 'g' || (at > 0 && text[at - 1] == '_')) return {};
    if (beginsAs(text, at, "github_pat_")) {
        const size_t end = runEnd(text, at + 11, 117, [](char c) { return isAlnum(c) || c == '_'; });
        return end - at >= 11 + 40 ? Extent{at, end} : Extent{};
    }
    if (charOr0(text, at + 1) != 'h' || charOr0(text, at + 3) != '_') return {};
    if (std::string_view("pousr").find(text[at + 2]) == std::string_view::npos) return {};
    const size_t end = runEnd(text, at + 4, 124, isAlnum);
    return end - at >= 40 && endsWord(text, end) ? Extent{at, end} : Extent{};
}

Extent recogniseSlackToken(std::string_view text, size_t at, const Prebuilt&) {
    if (!beginsAs(text, at, "xox") || charOr0(text, at + 4) != '-') return {};
    if (std::string_view("abeoprs").find(text[at + 3]) == std::string_view::npos) return {};
    const size_t end = runEnd(text, at + 5, 123, [](char c) { return isAlnum(c) || c == '-'; });
    bool digit = false;
    for (size_t i = at + 5; i < end; ++i) digit |= isDigit(text[i]);
    return end - at >= 25 && digit ? Extent{at, end} : Extent{};
}

// api_key = "…": at least twenty characters behind the name, quotes or not.
Extent recogniseApiKey(std::string_view text, size_t at, const Prebuilt&) {
    constexpr std::string_view kName = "apikey";
    size_t i = at;
    for (const char wanted : kName) {
        if (wanted == 'k' && (charOr0(text, i) == '-' || charOr0(text, i) == '_')) ++i;
        if (kAsciiFold[static_cast<unsigned char>(charOr0(text, i))] != static_cast<unsigned char>(wanted))
            return {};
        ++i;
    }
    if (charOr0(text, i) == '"' || charOr0(text, i) == '\'') ++i;  // "api_key": "…"
    const size_t between = i;
    i = runEnd(text, i, 8, [](char c) { return c == ' ' || c == '\t' || c == ':' || c == '='; });
    if (i == between) return {};
    if (charOr0(text, i) == '"' || charOr0(text, i) == '\'') ++i;
    const size_t end = runEnd(text, i, 96, [](char c) { return isAlnum(c) || c == '_' || c == '-'; });
    return end - i >= 20 ? Extent{at, end} : Extent{};
}

}  // namespace guard_content
