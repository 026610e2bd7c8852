// Tokens that have a form but no prefix.
#include "looks.h"
#include "scanner.h"

#include <algorithm>
#include <string>

namespace secrets {

// A bot's number, a colon, 35 characters that begin with "AA" (Telegram's Bot API).
void matchTelegram(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    const size_t begin = runBegin(text, at, kDigit, 12);
    if (at - begin < 8 || at - begin > 11) return;
    if (begin > 0 && is(text[begin - 1], kWord) && !textAt(text, begin >= 3 ? begin - 3 : 0, "bot")) return;
    const size_t end = runEnd(text, at + 1, kUrl64, 40);
    if (end - at - 1 < 33 || end - at - 1 > 36) return;
    const auto random = text.substr(at + 1, end - at - 1);
    if (isPlaceholder(random) || !looksRandom(random)) return;
    sweep.add(begin, end, kTelegram, 1);
}

// Microsoft Entra: three characters, a digit, "Q~", 31 to 34 characters.
void matchAzureSecret(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    constexpr Class kBytes = kWord | kDash | kDot | kTilde;
    if (at < 5 || text[at - 1] != 'Q' || !is(text[at - 2], kDigit)) return;
    const size_t begin = at - 5;
    for (size_t i = begin; i < at; ++i) {
        if (!is(text[i], kBytes)) return;
    }
    if (begin > 0 && is(text[begin - 1], kBytes)) return;
    size_t end = runEnd(text, at + 1, kBytes, 40);
    while (end > at && text[end - 1] == '.') --end;
    if (end - at - 1 < 31 || end - at - 1 > 34 || isPlaceholder(text.substr(at + 1, end - at - 1))) return;
    sweep.add(begin, end, kAzureSecret, 1);
}

namespace {

std::string decoded(std::string_view text) {
    std::string out;
    uint32_t bits = 0;
    int have = 0;
    for (const char c : text) {
        uint32_t value = 0;
        if (c >= 'A' && c <= 'Z') {
            value = static_cast<uint32_t>(c - 'A');
        } else if (c >= 'a' && c <= 'z') {
            value = static_cast<uint32_t>(c - 'a' + 26);
        } else if (c >= '0' && c <= '9') {
            value = static_cast<uint32_t>(c - '0' + 52);
        } else if (c == '+' || c == '-') {
            value = 62;
        } else if (c == '/' || c == '_') {
            value = 63;
        } else {
            break;
        }
        bits = bits << 6 | value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out += static_cast<char>(bits >> have & 0xFF);
        }
    }
    return out;
}

bool isPrintable(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

}  // namespace

// A header with "alg" (RFC 7515, RFC 7516), a dot, and what follows: of what is longer than a piece only as
// much is looked at as stands in it.
bool matchJwt(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    const size_t limit = at + Sweep::kPiece;
    const size_t header = runEnd(text, at, kUrl64, Sweep::kPiece);
    const auto json = decoded(text.substr(at, header - at));
    if (json.find("\"alg\"") == std::string::npos || (header < limit && json.back() != '}')) return false;
    const bool plain = textAt(text, header, ".eyJ") || header >= limit;
    size_t end = header, dots = 0;
    const size_t most = std::min(text.size(), at + Sweep::kRunMax), dots_max = plain ? 2 : 4;
    while (end < most && (is(text[end], kUrl64) || (text[end] == '.' && dots < dots_max)))
        dots += text[end++] == '.';
    if (end < limit && dots < dots_max) return false;  // all of it is seen, and it is not whole
    if (end < limit && end < header + 12) return false;
    if (!sweep.options.known_examples && isKnownExample(text.substr(at, end - at))) return false;
    sweep.add(at, end, kJwt, 1);
    return true;
}

// RFC 7617: base64 of user:password.
void matchBasic(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    const size_t begin = runEnd(text, at, kSpace, 4);
    const size_t end = runEnd(text, begin, kBase64 | kEquals, Sweep::kPiece);
    if (end - begin < 8 || text.substr(at, begin - at).find('\n') != text.npos) return;
    const auto clear = decoded(text.substr(begin, end - begin));
    const size_t colon = clear.find(':');
    if (colon == std::string::npos || !isPrintable(clear)) return;
    const auto password = std::string_view(clear).substr(colon + 1);
    const bool key =
        password.empty() && looksRandom(std::string_view(clear).substr(0, colon));  // Stripe: sk_…:
    if (!key && (password.empty() || isPlaceholder(password) || isLiteral(password))) return;
    sweep.add(begin, sweep.extended(begin, end, kBase64 | kEquals), kBasic, 1);
}

// RFC 6750.
void matchBearer(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    const size_t begin = runEnd(text, at, kSpace, 4);
    const Class kToken = kUrl64 | kDot | kTilde | kPlusSlash | kEquals;
    size_t end = runEnd(text, begin, kToken, Sweep::kPiece);
    if (end - begin < 12 || text.substr(at, begin - at).find('\n') != text.npos) return;
    const auto token = text.substr(begin, end - begin);
    if (isPlaceholder(token) || isKnownExample(token) || !looksRandom(token)) return;
    end = sweep.extended(begin, end, kToken);
    while (end > begin && text[end - 1] == '.') --end;
    sweep.add(begin, end, kBearer, 0.9F);
}

}  // namespace secrets
