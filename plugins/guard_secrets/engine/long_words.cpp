// Long words: those with a form but no prefix, and what looks random near a word for a secret.
#include "looks.h"
#include "names.h"
#include "scanner.h"

#include <algorithm>
#include <array>

namespace secrets {

namespace {

bool allOf(std::string_view text, Class any) {
    return std::all_of(text.begin(), text.end(), [any](char c) { return is(c, any); });
}

bool endsAt(std::string_view text, size_t at) { return !isAt(text, at, kWord | kDash); }

// MTA….Gx….…: the bot's number in base64, a time, a MAC (Discord's reference, "Authentication").
bool matchDiscord(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    if (text[at] != 'M' && text[at] != 'N' && text[at] != 'O') return false;
    const size_t first = runEnd(text, at, kUrl64, 32);
    if (first - at < 23 || first - at > 28 || !textAt(text, first, ".")) return false;
    const size_t second = runEnd(text, first + 1, kUrl64, 8);
    if (second - first - 1 < 5 || second - first - 1 > 7 || !textAt(text, second, ".")) return false;
    const size_t end = runEnd(text, second + 1, kUrl64, 48);
    if (end - second - 1 < 25 || end - second - 1 > 45) return false;
    if (!looksRandom(text.substr(at, end - at))) return false;
    sweep.add(at, end, kDiscord, 1);
    return true;
}

bool matchForm(Sweep& sweep, size_t at, size_t end) {
    const auto text = sweep.text;
    const auto word = text.substr(at, end - at);
    if (word.size() == 34 && (textAt(word, 0, "SK") || textAt(word, 0, "AC")) &&
        allOf(word.substr(2), kHex) && endsAt(text, end) && !isPlaceholder(word.substr(2))) {
        sweep.add(at, end, kTwilio, 0.95F);
        return true;
    }
    if (word.size() == 32 && allOf(word, kHex) && textAt(text, end, "-us") && isAt(text, end + 3, kDigit)) {
        const size_t last = runEnd(text, end + 3, kDigit, 2);
        if (!endsAt(text, last) || isPlaceholder(word)) return false;
        sweep.add(at, last, kMailchimp, 1);
        return true;
    }
    if (word.size() == 32 && allOf(word, kHex) && textAt(text, end, "-") && !isPlaceholder(word)) {
        const size_t last = runEnd(text, end, kHex | kDash, 20);  // Mailgun's newer keys: 32-8-8
        if (last == end + 18 && text[end + 9] == '-' && endsAt(text, last)) {
            sweep.add(at, last, kMailgun, 0.95F);
            return true;
        }
    }
    if (at >= 2 && word.size() == 24 && textAt(text, at - 2, "s.") &&
        (at == 2 || !is(text[at - 3], kWord | kDot)) && looksRandom(word) && Looks(word).digits > 0 &&
        endsAt(text, end)) {
        sweep.add(at - 2, end, kVault, 0.9F);
        return true;
    }
    if (at >= 2 && word.size() == 18 && textAt(text, at - 2, "u+") && (at == 2 || !is(text[at - 3], kRun)) &&
        endsAt(text, end) && looksRandom(word)) {
        sweep.add(at - 2, end, kPagerDuty, 0.9F);
        return true;
    }
    return text[at] >= 'M' && text[at] <= 'O' && matchDiscord(sweep, at);
}

// Words that speak of secrets, and words that speak of what looks like them. All in lower case.
constexpr std::string_view kGood[] = {
    "secret",      "token",          "password",    "passwd",      "api key",    "api_key",
    "apikey",      "api-key",        "access key",  "credential",  "auth key",   "private key",
    "signing key", "encryption key", "license key", "webhook key", "master key", "account key"};
constexpr std::string_view kBad[] = {
    "sha",  "hash",        "commit",      "digest",      "checksum", "md5",    "integrity", "uuid",
    "guid", "etag",        "fingerprint", "public",      "revision", "image",  "build",     " id",
    "_id",  "trace",       "base64,",     "signature",   "blob",     "object", "cache",     "version",
    "ssh-", "certificate", "tokens",      "transaction", "block",    "address"};

// The bytes before a word in lower case.
class Before {
public:
    Before(std::string_view text, size_t at) {
        const size_t from = at < bytes_.size() ? 0 : at - bytes_.size();
        for (const char c : text.substr(from, at - from)) {
            if (c == '\n' || (c == ' ' && size_ > 0 && bytes_[size_ - 1] == '.')) sentence_ = size_;
            bytes_[size_++] = lower(c);
        }
    }
    template <size_t N>
    bool mentionsAny(const std::string_view (&words)[N], bool sentence_only) const {
        const size_t from = sentence_only ? sentence_ : 0;
        const std::string_view all(bytes_.data() + from, size_ - from);
        return std::any_of(std::begin(words), std::end(words),
                           [all](auto word) { return all.find(word) != all.npos; });
    }

private:
    std::array<char, 64> bytes_{};
    size_t size_ = 0;
    size_t sentence_ = 0;  // where the last line or sentence begins
};

// Is the name that the text is assigned to, if there is any, one that lets it be a secret?
bool nameAllows(std::string_view text, size_t begin) {
    size_t at = begin;
    while (at > 0 && begin - at < 4 && is(text[at - 1], kQuote | kSpace)) --at;
    if (at == 0 || (text[at - 1] != ':' && text[at - 1] != '=')) return true;
    size_t end = at - 1;
    while (end > 0 && at - end < 4 && is(text[end - 1], kQuote | kSpace)) --end;
    const size_t from = runBegin(text, end, kWord | kDash | kDot, 48);
    const auto name = text.substr(from, end - from);
    for (const auto word : {"here", "it", "this", "is", "following", "below", "one", "value", "that"}) {
        if (name.size() == std::string_view(word).size() && foldedAt(name, 0, word)) return true;
    }
    return strengthOf(name) != Strength::None;
}

// A random run with a word for secrets within 64 bytes before it and nothing that speaks against it.
void matchNearWord(Sweep& sweep, size_t at, size_t word_end) {
    constexpr Class kBytes = kBase64 | kUnder | kDash | kEquals;
    const auto text = sweep.text;
    if (at > 0 && is(text[at - 1], kPlusSlash | kDash | kDot | kEquals | kPercent) && text[at - 1] != '=')
        return;
    const size_t end = runEnd(text, at, kBytes, Sweep::kPiece);
    if (end < word_end || end - at < 20 || end - at >= Sweep::kPiece || isAt(text, end, kDot | kColon)) {
        if (!(end >= word_end && end - at >= 20 && textAt(text, end, ".") && !isAt(text, end + 1, kAlnum)))
            return;
    }
    if (textAt(text, end, "(") || (at > 0 && text[at - 1] == '*')) return;  // a function, a type
    const auto word = text.substr(at, end - at);
    const Looks looks(word);
    const bool hex = looks.hex;
    if (looks.digits < 2 || looks.letters() < 4 || (!hex && (looks.uppers == 0 || looks.lowers == 0))) return;
    if (!hex && looks.changes * 3 < looks.size) return;  // a name in code
    const double limit = hex ? sweep.options.hex_limit : sweep.options.base64_limit;
    if (looks.entropy < expectedEntropy(looks.size, hex, limit)) return;
    if (!nameAllows(text, at)) return;
    const Before before(text, at);
    if (!before.mentionsAny(kGood, false) || before.mentionsAny(kBad, true)) return;
    if (isUuid(word) || isPlaceholder(word) || looksNatural(word)) return;
    sweep.add(at, end, kHighEntropy, 0.6F);
}

}  // namespace

bool speaksOfHashes(std::string_view text, size_t at) { return Before(text, at).mentionsAny(kBad, true); }

void matchLong(Sweep& sweep, size_t at, size_t end) {
    if (!matchForm(sweep, at, end)) matchNearWord(sweep, at, end);
}

}  // namespace secrets
