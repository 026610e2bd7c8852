// Private keys: PEM (RFC 7468, and RFC 1421 with its fields), OpenSSH, PGP, PuTTY. The header says that one
// follows; what is secret are the lines behind it, so each of them is a finding, and the header is none. A
// line is known by its header within the kBlockMax bytes before it: a stream can release the lines one by
// one.
#include "looks.h"
#include "scanner.h"

#include <algorithm>

namespace secrets {

namespace {

constexpr Class kBody = kBase64 | kEquals;
constexpr size_t kShort = 16;  // bytes: what is shorter is the last line, or no key

// "BEGIN RSA PRIVATE KEY-----": where the body may begin, or 0.
size_t headerEnd(std::string_view text, size_t at) {
    if (foldedAt(text, at, "private-lines:")) {  // PuTTY
        size_t end = runEnd(text, at + 14, kSpace, 4);
        const size_t digits = end;
        end = runEnd(text, end, kDigit, 4);
        return end > digits ? end : 0;
    }
    if (at < 4 || text.substr(at - 4, 4) != "----" || !textAt(text, at, "BEGIN ")) return 0;
    const auto head = text.substr(at, 80);
    const size_t name = head.find("PRIVATE KEY");
    if (name == head.npos) return 0;
    const auto kind = head.substr(0, name);
    if (std::any_of(kind.begin(), kind.end(),
                    [](char c) { return !is(c, kUpper | kDigit | kSpace | kDash); }))
        return 0;
    size_t end = at + name + 11;
    if (textAt(text, end, " BLOCK")) end += 6;
    const size_t dashes = runEnd(text, end, kDash, 5);
    return dashes - end >= 4 ? dashes : 0;
}

// Over white space, also escaped (\n in JSON, "…\n" + in code), and the signs of quoting and concatenation.
size_t skipBetween(std::string_view text, size_t at, size_t limit) {
    while (at < limit) {
        const char c = text[at];
        if (c == '\\') {
            while (at < limit && text[at] == '\\') ++at;
            if (at < limit && (text[at] == 'n' || text[at] == 'r' || text[at] == 't')) ++at;
        } else if (is(c, kSpace | kQuote) || c == ',' || c == '>' || c == '|') {
            ++at;
        } else if (c == '+' && at + 1 < limit && is(text[at + 1], kSpace)) {
            ++at;  // of a concatenation
        } else {
            break;
        }
    }
    return at;
}

// "Proc-Type: 4,ENCRYPTED": its end, or `at`.
size_t skipField(std::string_view text, size_t at, size_t limit) {
    const size_t name = runEnd(text, at, kLetter | kDash, 24);
    if (name == at || !textAt(text, name, ": ")) return at;
    size_t end = name;
    while (end < limit && text[end] != '\n' && text[end] != '\r' && text[end] != '\\' && end - name < 120)
        ++end;
    return end;
}

// Adds the lines that begin behind `at`; the header began at `begin`.
void addLines(Sweep& sweep, size_t begin, size_t at) {
    const auto text = sweep.text;
    const size_t limit = std::min(text.size(), begin + Sweep::kBlockMax);
    bool first = true;
    size_t longest = 0;
    for (int fields = 0; at < limit;) {
        const size_t line = skipBetween(text, at, limit);
        if (line == at && !first) return;
        if (first && fields < 8) {
            if (const size_t behind = skipField(text, line, limit); behind != line) {
                ++fields;
                at = behind;
                continue;
            }
        }
        const size_t end = runEnd(text, line, kBody, limit - line);
        const auto body = text.substr(line, std::min(end - line, Sweep::kPiece));
        if (end == line || body[0] == '=') return;  // "=" begins PGP's checksum
        if (first && (body.size() < kShort + 8 || isPlaceholder(body) || looksNatural(body))) return;
        // A short one may be the prose behind a key that was cut off.
        const bool closed = textAt(text, skipBetween(text, end, std::min(limit, end + 16)), "-----END");
        if (body.size() < kShort && !closed && (body.size() < 4 || looksNatural(body))) return;
        // A line that is as long as all before goes on; a shorter one is the last.
        const bool last = !first && end - line < longest;
        sweep.add(line, end, kPrivateKey, 1, !first);
        longest = std::max(longest, end - line);
        first = false;
        at = end;
        if (last) return;
    }
}

}  // namespace

void matchPrivateKey(Sweep& sweep, size_t at) {
    if (const size_t end = headerEnd(sweep.text, at); end != 0) addLines(sweep, at, end);
}

void continuePrivateKey(Sweep& sweep, size_t from) {
    const auto text = sweep.text;
    // Back over what can be lines of a key; in prose that ends at once.
    size_t at = from, words = 0;
    const size_t first = from < Sweep::kBlockMax ? 0 : from - Sweep::kBlockMax;
    while (at > first) {
        const size_t run = runBegin(text, at, kBody, at - first);
        if (at - run < kShort && words > 1) break;
        if (at - run > 0) ++words;
        at = run;
        size_t gap = at;
        while (gap > first && at - gap < 24 &&
               (is(text[gap - 1], kSpace | kQuote) || text[gap - 1] == '\\' || text[gap - 1] == ','))
            --gap;
        if (gap == at) break;
        at = gap;
    }
    const size_t from_header = at < 512 ? 0 : at - 512;
    const auto head = text.substr(from_header, from - from_header);
    for (const auto mark : {std::string_view("BEGIN "), std::string_view("Private-Lines:")}) {
        for (size_t i = head.rfind(mark); i != head.npos; i = i == 0 ? head.npos : head.rfind(mark, i - 1))
            matchPrivateKey(sweep, from_header + i);
    }
}

}  // namespace secrets
