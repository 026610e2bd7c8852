// IP addresses (RFC 791, RFC 4291 2.2 with embedded IPv4, RFC 4007 zones, RFC 4632 prefixes) and MAC
// addresses (IEEE 802 canonical with ":" or "-", and the three groups of Cisco).
#include <algorithm>

#include "chars.h"
#include "recognisers.h"

namespace pii {
namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

// Where the four numbers that begin at `i` end.
size_t ipv4End(std::string_view text, size_t i) {
    for (int part = 0; part < 4; ++part) {
        int value = 0;
        const size_t from = i;
        while (i - from < 4 && isDigit(at(text, i))) value = value * 10 + (text[i++] - '0');
        if (i == from || i - from > 3 || value > 255 || (i - from > 1 && text[from] == '0')) return kNone;
        if (part < 3 && at(text, i++) != '.') return kNone;
    }
    return i;
}

// "/24" behind an address, or where it ends without.
size_t prefixEnd(std::string_view text, size_t end, int bits) {
    size_t i = end;
    if (at(text, i) != '/') return end;
    int value = 0;
    while (i - end < 4 && isDigit(at(text, i + 1))) value = value * 10 + (text[++i] - '0');
    return i > end && i - end <= 3 && value <= bits && !touchesRight(text, i + 1) ? i + 1 : end;
}

// Reads groups of hexadecimal digits; the last 32 bits may be an IPv4 address. Returns where it ends.
size_t ipv6End(std::string_view text, size_t begin, int& groups, bool& shortened) {
    size_t i = begin;
    groups = 0;
    shortened = false;
    if (at(text, i) == ':') {
        if (at(text, i + 1) != ':') return kNone;
        shortened = true;
        i += 2;
        if (!isHex(at(text, i))) return at(text, i) == ':' ? kNone : i;
    }
    for (;;) {
        size_t digits = 0;
        while (digits < 5 && isHex(at(text, i + digits))) ++digits;
        if (digits == 0 || digits > 4) return kNone;
        if (at(text, i + digits) == '.' && isDigit(at(text, i + digits + 1))) {
            groups += 2;
            const size_t end = ipv4End(text, i);
            return end != kNone && at(text, end) == '.' && isDigit(at(text, end + 1)) ? kNone : end;
        }
        i += digits;
        ++groups;
        if (at(text, i) != ':') return i;
        if (at(text, i + 1) == ':') {
            if (shortened || at(text, i + 2) == ':') return kNone;
            shortened = true;
            i += 2;
            if (!isHex(at(text, i))) return i;
        } else if (isHex(at(text, i + 1))) {
            ++i;
        } else {
            return i;  // the ':' belongs to the sentence
        }
    }
}

float ipv6Score(std::string_view value, int groups, bool shortened) {
    if (!shortened) return 0.95F;
    if (groups == 0) return 0.1F;  // "::" stands in many programming languages
    const bool digit = std::any_of(value.begin(), value.end(), isDigit);
    if (groups <= 2 && !digit) return 0.1F;
    return groups <= 2 && value.size() < 5 && value != "::1" ? 0.3F : 0.7F;
}

void addMac(Pass& pass, size_t begin, size_t end) {
    const auto value = pass.text.substr(begin, end - begin);
    char first = 0;
    bool same = true;
    for (const char c : value) {
        if (!isHex(c)) continue;
        if (first == 0) first = upper(c);
        same &= upper(c) == first;
    }
    if (same && (first == '0' || first == 'F')) return;  // nobody's, and everybody's
    pass.add(Kind::MacAddress, begin, end, 0.9F);
}

// `count` groups of `size` hexadecimal digits with one kind of separator.
bool hexGroups(std::string_view text, size_t begin, size_t size, int count, size_t& end) {
    size_t i = begin;
    const char sep = at(text, begin + size);
    if (size == 2 ? sep != ':' && sep != '-' : sep != '.' && sep != '-') return false;
    for (int group = 0; group < count; ++group) {
        for (size_t k = 0; k < size; ++k)
            if (!isHex(at(text, i++))) return false;
        if (group + 1 < count && at(text, i++) != sep) return false;
    }
    end = i;
    const char before = begin > 0 ? text[begin - 1] : ' ';
    if (before == sep && begin > 1 && isHex(text[begin - 2])) return false;
    return !touchesLeft(text, begin) && !touchesRight(text, i) &&
           !(at(text, i) == sep && isHex(at(text, i + 1)));
}

}  // namespace

void findMac(Pass& pass, size_t begin) {
    size_t end = 0;
    if (hexGroups(pass.text, begin, 2, 6, end) || hexGroups(pass.text, begin, 4, 3, end))
        addMac(pass, begin, end);
}

void findIpv4(Pass& pass, size_t begin) {
    const auto text = pass.text;
    const size_t bare = ipv4End(text, begin);
    if (bare == kNone || touchesLeft(text, begin)) return;
    const size_t end = prefixEnd(text, bare, 32);
    if (touchesRight(text, end) || (at(text, end) == '.' && isDigit(at(text, end + 1)))) return;
    const char before = begin > 0 ? text[begin - 1] : ' ';
    if ((before == '.' || before == ':') && begin > 1 && (isHex(text[begin - 2]) || text[begin - 2] == ':'))
        return;
    pass.add(Kind::IpAddress, begin, end, 0.65F);
}

size_t findIpv6(Pass& pass, size_t colon) {
    const auto text = pass.text;
    const auto part = [](char c) { return isHex(c) || c == ':' || c == '.'; };
    size_t begin = colon;
    while (begin > 0 && colon - begin < 5 && isHex(text[begin - 1])) --begin;
    size_t after = colon;
    while (after < colon + 48 && part(at(text, after))) ++after;
    if (pass.wants(Kind::MacAddress)) findMac(pass, begin);
    if (!pass.wants(Kind::IpAddress) || touchesLeft(text, begin)) return after;
    if (begin > 0 && (text[begin - 1] == ':' || text[begin - 1] == '.')) return after;
    int groups = 0;
    bool shortened = false;
    size_t end = ipv6End(text, begin, groups, shortened);
    if (end == kNone || groups > (shortened ? 7 : 8) || (!shortened && groups != 8)) return after;
    const float score = ipv6Score(text.substr(begin, end - begin), groups, shortened);
    if (at(text, end) == '%' && isAlnum(at(text, end + 1))) {
        for (size_t zone = 0; zone < 16 && (isAlnum(at(text, end + 1)) || zone == 0); ++zone) ++end;
        ++end;
    }
    end = prefixEnd(text, end, 128);
    if (!touchesRight(text, end) && at(text, end) != ':') pass.add(Kind::IpAddress, begin, end, score);
    if (at(text, end) == ':' && !touchesRight(text, end) && !part(at(text, end + 1)))
        pass.add(Kind::IpAddress, begin, end, score);
    return std::max(after, end);
}

}  // namespace pii
