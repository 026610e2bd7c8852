#include "prebuilt.h"

namespace guard_content {

namespace {

constexpr size_t kLocalBytesMax = 64;  // RFC 5321, 4.5.3.1.1

constexpr CharSet kLocal(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-!#$&'*/=?^`{|}~");
// What may stand in front of an address without being a part of it: 'a@b.c', (a@b.c), a=b@c.d, {a@b.c}.
bool localBegin(char c) { return isAlnum(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

size_t domainEnd(std::string_view text, size_t at, size_t limit) {
    size_t end = 0, label = at;
    bool dot = false;
    for (size_t i = at; i <= std::min(limit, text.size()); ++i) {
        const char c = i < limit ? charOr0(text, i) : '\0';
        if (isAlnum(c) || (c == '-' && i > label)) continue;
        if (i == label || text[i - 1] == '-' || i - label > 63) break;
        bool letters = i - label >= 2;
        for (size_t k = label; k < i; ++k) letters &= isLetter(text[k]) || (text.substr(label, 4) == "xn--");
        if (dot && letters) end = i;
        if (c != '.') break;
        dot = true;
        label = i + 1;
    }
    return end;
}

}  // namespace

Extent recogniseEmail(std::string_view text, size_t at, const Prebuilt& self) {
    size_t begin = at;
    while (begin > 0 && at - begin <= kLocalBytesMax && kLocal.has(text[begin - 1])) --begin;
    if (at - begin > kLocalBytesMax) return {};
    while (begin < at && !localBegin(text[begin])) ++begin;
    if (begin == at || text[at - 1] == '.') return {};
    const size_t end = domainEnd(text, at + 1, begin + self.longest);
    return end ? Extent{begin, end} : Extent{};
}

Extent recogniseIpv4(std::string_view text, size_t at, const Prebuilt&) {
    if (!isDigit(text[at]) || (at > 0 && (text[at - 1] == '_' || text[at - 1] == '.' || text[at - 1] == '-')))
        return {};
    size_t i = at;
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && charOr0(text, i++) != '.') return {};
        int value = 0;
        size_t digits = 0;
        for (; digits < 4 && isDigit(charOr0(text, i)); ++digits) value = value * 10 + (text[i++] - '0');
        if (digits == 0 || digits > 3 || value > 255) return {};
    }
    return endsNumber(text, i) ? Extent{at, i} : Extent{};
}

// RFC 4291, 2.2: eight groups, or fewer with one "::".
Extent recogniseIpv6(std::string_view text, size_t at, const Prebuilt&) {
    size_t begin = at;
    while (begin > 0 && at - begin < 5 && isHex(text[begin - 1])) --begin;
    if (at - begin > 4) return {};
    if (begin == at && charOr0(text, at + 1) != ':') return {};
    if (begin > 0 &&
        (isAlnum(text[begin - 1]) || std::string_view(":._").find(text[begin - 1]) != std::string_view::npos))
        return {};
    int groups = 0, doubles = 0;
    bool digit = false;
    size_t i = begin, end = 0;
    while (i - begin <= 40) {
        size_t group = i;
        while (group - i < 5 && isHex(charOr0(text, group))) digit |= isDigit(text[group++]);
        if (group - i > 4) return {};
        if (group > i) ++groups;
        end = group;
        if (charOr0(text, group) != ':') break;
        if (charOr0(text, group + 1) == ':') {
            ++doubles;
            i = end = group + 2;
            if (!isHex(charOr0(text, i))) break;
        } else if (!isHex(charOr0(text, group + 1)) || group == i) {
            break;
        } else {
            i = group + 1;
        }
    }
    const bool whole =
        (groups == 8 && doubles == 0) || (groups < 8 && groups > 0 && doubles == 1 && (digit || groups > 2));
    return whole && endsWord(text, end) && charOr0(text, end) != ':' ? Extent{begin, end} : Extent{};
}

constexpr CharSet kNoUrl("<>\"'`{}|\\^"), kUrlEnd(".,;:!?)]*");

Extent recogniseUrl(std::string_view text, size_t at, const Prebuilt& self) {
    const auto begins = [&](std::string_view prefix) {
        for (size_t i = 0; i < prefix.size(); ++i)
            if ((charOr0(text, at + i) | 0x20) != (prefix[i] | 0x20)) return false;
        return true;
    };
    const size_t prefix = begins("https://") ? 8 : begins("http://") ? 7 : begins("www.") ? 4 : 0;
    if (prefix == 0) return {};
    size_t end = at + prefix;
    const size_t limit = std::min(text.size(), at + self.longest);
    while (end<limit&& static_cast<unsigned char>(text[end])> ' ' && !kNoUrl.has(text[end])) ++end;
    while (end > at + prefix && (static_cast<unsigned char>(text[end - 1]) & 0xC0) == 0x80 &&
           end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;  // not in the middle of a character
    while (end > at + prefix && kUrlEnd.has(text[end - 1])) --end;
    return end > at + prefix + 2 ? Extent{at, end} : Extent{};
}

}  // namespace guard_content
