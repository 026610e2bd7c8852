// E-mail addresses (RFC 5321 lengths, the characters that providers allow), addresses of the web, names of
// hosts (RFC 1035 labels, with IDNA's xn--).
#include <algorithm>

#include "chars.h"
#include "recognisers.h"

namespace pii {
namespace {

constexpr size_t kLocalMax = 64;
constexpr size_t kHostMax = 63;  // of an e-mail address here; the RFC allows 253

bool isLocal(char c) { return isAlnum(c) || std::string_view("._%+-'").find(c) != std::string_view::npos; }

// A letter of two bytes (Latin, Greek, Cyrillic) whose last byte is at i-1.
bool wideBefore(std::string_view text, size_t i) {
    return i > 1 && isHigh(text[i - 1]) && isWideLetter(text, i - 2);
}

struct Host {
    size_t end = 0;
    int labels = 0;
    std::string_view last;  // the top-level one
};

// The labels that begin at `i`. A last label that is no word of letters ("example.1") is none.
Host readHost(std::string_view text, size_t i, size_t max) {
    Host host;
    host.end = i;
    const size_t limit = i + max;
    while (i < limit) {
        const size_t label = i;
        while (i < limit && i - label < 63 &&
               (isAlnum(at(text, i)) || at(text, i) == '-' || isWideLetter(text, i)))
            i += isHigh(text[i]) ? 2 : 1;
        if (i == label || text[label] == '-' || i > text.size()) break;
        size_t end = i;
        while (end > label && text[end - 1] == '-') --end;
        host.end = end;
        host.last = text.substr(label, end - label);
        ++host.labels;
        if (end != i || at(text, i) != '.') break;
        ++i;
    }
    return host;
}

bool knownTop(std::string_view label) {
    if (label.size() > 24 || label.size() < 2) return false;
    char low[24];
    std::transform(label.begin(), label.end(), low, lower);
    return isTopLevel({low, label.size()});
}

// "It" in "example.com.It is late".
bool beginsSentence(std::string_view label) {
    return isUpper(label[0]) && std::all_of(label.begin() + 1, label.end(), isLower);
}

// The longest host with a known top-level domain: "example.com.It" ends at "com". `all` is where its
// characters end.
Host readName(std::string_view text, size_t begin, size_t max, size_t* all = nullptr) {
    auto host = readHost(text, begin, max);
    if (all) *all = host.end;
    while (host.labels > 1) {
        const auto dot = text.rfind('.', host.end - 1);
        const auto before = dot == begin ? begin : text.rfind('.', dot - 1) + 1;
        const size_t from = std::max(begin, before);
        const auto label = text.substr(from, dot - from);
        const bool sentence =
            host.labels > 2 && beginsSentence(host.last) && !isUpper(label[0]) && knownTop(label);
        if (knownTop(host.last) && !sentence) break;
        host.end = dot;
        host.last = label;
        --host.labels;
    }
    return host;
}

bool endsUrl(char c) {
    return static_cast<unsigned char>(c) <= ' ' ||
           std::string_view("\"'<>`|{}\\^").find(c) != std::string_view::npos;
}

// Port, path, query and fragment behind a host. What closes a sentence does not belong to them.
size_t pathEnd(std::string_view text, size_t host_end, size_t limit) {
    size_t i = host_end;
    if (at(text, i) == ':' && isDigit(at(text, i + 1))) {
        ++i;
        while (i < host_end + 6 && isDigit(at(text, i))) ++i;
    }
    if (at(text, i) != '/' && at(text, i) != '?' && at(text, i) != '#') return i;
    while (i < limit && i < text.size() && !endsUrl(text[i]) &&
           !(text[i] == '\xE3' && at(text, i + 1) == '\x80'))
        ++i;
    while (i > host_end && std::string_view(".,;:!?)]*_").find(text[i - 1]) != std::string_view::npos) {
        const bool opened =
            text[i - 1] == ')' && text.substr(host_end, i - host_end).find('(') != std::string_view::npos;
        if (opened) break;
        --i;
    }
    return i;
}

// Asked as an auditor, the quotes around an address belong to it.
void addUrl(Pass& pass, size_t begin, size_t end, float score) {
    const char before = begin > 0 ? pass.text[begin - 1] : ' ';
    if (pass.lenient() && (before == '"' || before == '\'') && at(pass.text, end) == before) {
        --begin;
        ++end;
    }
    pass.add(Kind::Url, begin, end, score);
}

float nameScore(std::string_view text, size_t begin, const Host& host) {
    char low[24] = {};
    std::transform(host.last.begin(), host.last.end(), low, lower);
    const std::string_view last(low, host.last.size());
    if (text.substr(begin, 4) == "www." && host.labels > 2) return 0.85F;
    if (!isCommonTopLevel(last) || std::any_of(host.last.begin(), host.last.end(), isUpper)) return 0.3F;
    return 0.6F;
}

}  // namespace

void findEmail(Pass& pass, size_t at_sign) {
    const auto text = pass.text;
    size_t begin = at_sign;
    while (begin > 0 && at_sign - begin < kLocalMax) {
        if (isLocal(text[begin - 1]))
            --begin;
        else if (wideBefore(text, begin))
            begin -= 2;
        else
            break;
    }
    while (begin < at_sign && std::string_view("'.-%+").find(text[begin]) != std::string_view::npos) ++begin;
    if (begin == at_sign || text[at_sign - 1] == '.' || text[at_sign - 1] == '\'') return;
    const auto host = readName(text, at_sign + 1, kHostMax);
    if (host.labels < 2 || !knownTop(host.last) || host.end - begin > kValueMax) return;
    pass.add(Kind::EmailAddress, begin, host.end, 1.0F);
}

void findUrl(Pass& pass, size_t colon) {
    const auto text = pass.text;
    size_t begin = colon;
    while (begin > 0 && colon - begin < 12 && (isAlnum(text[begin - 1]) || text[begin - 1] == '+')) --begin;
    if (begin == colon || !isLetter(text[begin]) || touchesLeft(text, begin)) return;
    size_t host_begin = colon + 3;
    const size_t limit = begin + kUrlMax;
    auto host = readHost(text, host_begin, 253);
    if (at(text, host.end) == '@' ||
        (at(text, host.end) == ':' && !isDigit(at(text, host.end + 1)))) {  // user:secret@
        size_t i = host.end;
        while (i < limit && i < text.size() && !endsUrl(text[i]) && text[i] != '@' && text[i] != '/') ++i;
        if (at(text, i) == '@') host = readHost(text, host_begin = i + 1, 253);
    }
    const bool six =
        at(text, host_begin) == '[' && (isHex(at(text, host_begin + 1)) || at(text, host_begin + 1) == ':');
    if (six) {
        size_t i = host_begin + 1;
        while (i < host_begin + 46 && (isHex(at(text, i)) || at(text, i) == ':' || at(text, i) == '.')) ++i;
        if (at(text, i) != ']') return;
        host.end = i + 1;
    }
    const bool digits = !host.last.empty() && std::all_of(host.last.begin(), host.last.end(), isDigit);
    const bool known = host.labels > 1 && knownTop(host.last);
    if (!six && !known && !(digits && host.labels == 4) && host.last != "localhost") return;
    const size_t end = pathEnd(text, host.end, limit);
    const bool bare = end == host.end || (end == host.end + 1 && text[host.end] == '/');
    // An address that says no more than the host's name is taken for the name, too.
    if (bare && known)
        pass.add(Kind::DomainName, begin, end, 0.95F);
    else if (known)
        pass.add(Kind::DomainName, host_begin, host.end, 0.6F);
    addUrl(pass, begin, end, 0.9F);
}

size_t findDomain(Pass& pass, size_t dot) {
    const auto text = pass.text;
    size_t begin = dot;
    while (begin > 0 && dot - begin < 64) {
        const char c = text[begin - 1];
        if (isAlnum(c) || c == '-' || c == '.')
            --begin;
        else if (wideBefore(text, begin))
            begin -= 2;
        else
            break;
    }
    while (begin < dot && (text[begin] == '-' || text[begin] == '.')) ++begin;
    size_t all = 0;
    const auto host = readName(text, begin, 253, &all);
    const size_t next = std::max(all, dot + 1);
    if (begin == dot || host.end <= dot || host.labels < 2 || !knownTop(host.last)) return next;
    const char before = begin > 0 ? text[begin - 1] : ' ';
    if (touchesLeft(text, begin) || before == '@' || before == '/' || before == '\\') return next;
    if (touchesRight(text, host.end) || insideEmail(text, begin, host.end) || at(text, host.end) == '@')
        return next;
    if (host.end - begin > kValueMax) return next;
    if (host.labels == 2 && text.substr(begin, 4) == "www.")
        return next;  // "www.microsoft": a label is missing
    const float score = nameScore(text, begin, host);
    pass.add(Kind::DomainName, begin, host.end, score);
    addUrl(pass, begin, pathEnd(text, host.end, begin + kUrlMax), score);
    return next;
}

}  // namespace pii
