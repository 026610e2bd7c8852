// Passwords in the authority of a URL (RFC 3986, 3.2.1), and user:password of curl.
#include "looks.h"
#include "scanner.h"
#include "values.h"

#include <algorithm>

namespace secrets {

namespace {

bool endsUrl(char c) { return is(c, kSpace | kQuote) || c == '<' || c == '>' || c == '\\'; }

// Defaults of what listens on one's own machine, and words of manuals.
bool isDefault(std::string_view user, std::string_view password) {
    if (isPlaceholder(password) || isLiteral(password) || password == user) return true;
    return password.size() < 3 || foldedAt(password, 0, "your") || foldedAt(password, 0, "my-") ||
           (password.front() == ':' || password.front() == '/' || password.front() == '@');
}

}  // namespace

void matchUrl(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    if (at == 0 || !is(text[at - 1], kAlnum)) return;
    const size_t begin = at + 3;
    const size_t limit = std::min(text.size(), begin + Sweep::kPiece);
    size_t colon = 0, sign = 0, end = begin;
    // The last '@' before the path counts: careless passwords have one, too.
    for (; end < limit && !endsUrl(text[end]); ++end) {
        const char c = text[end];
        if (c == '@') sign = end;
        if (c == ':' && colon == 0) colon = end;
        if ((c == '/' || c == '?' || c == '#') && (sign != 0 || colon == 0)) break;
        if (c == '/' && colon != 0 && end > colon + 1 && is(text[end - 1], kDigit) &&
            runEnd(text, colon + 1, kDigit, 6) == end)
            break;  // a port
    }
    if (colon == 0 || sign <= colon + 1) return;
    const auto password = text.substr(colon + 1, sign - colon - 1);
    if (isDefault(text.substr(begin, colon - begin), password)) return;
    if (!sweep.options.known_examples && isKnownExample(password)) return;
    sweep.add(colon + 1, sign, kUrlPassword, 0.95F);
}

void matchCurlUser(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    size_t user = runBegin(text, at, kWord | kDash | kDot | kPlusSlash, 64);
    const auto name = text.substr(user, at - user);
    if (user > 0 && text[user - 1] == '@') user = runBegin(text, user - 1, kWord | kDash | kDot, 64);
    if (user > 0 && is(text[user - 1], kQuote)) --user;
    const size_t option = runBegin(text, user, kSpace | kEquals, 4);
    const auto before = text.substr(0, option);
    const auto ends = [before](std::string_view tail) {
        return before.size() > tail.size() && before.substr(before.size() - tail.size()) == tail;
    };
    if (!ends(" -u") && !ends(" --user") && !ends(" --proxy-user")) return;
    const Value value = valueAt(text, at + 1, true);
    if (value.begin > at + 2) return;
    const auto password = text.substr(value.begin, value.end - value.begin);
    if (password.size() < 4 || isDefault(name, password)) return;
    sweep.add(value.begin, value.end, kBasic, 0.9F);
}

}  // namespace secrets
