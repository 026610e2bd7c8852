#include "scanner.h"

#include "checksum.h"
#include "looks.h"
#include "masks.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace secrets {

namespace {

constexpr size_t kHashBits = 12;

// Of three bytes, upper case as lower case.
size_t hashOf(const char* at) {
    const auto byte = [at](int i) { return static_cast<uint32_t>(static_cast<unsigned char>(at[i]) | 0x20); };
    const uint32_t three = byte(0) | byte(1) << 8 | byte(2) << 16;
    return (three * 0x9E3779B1u) >> (32 - kHashBits);
}

constexpr size_t kLongWord = 18;
constexpr size_t kRunBefore = 2048;

// Kinds of words that need a look, all in lower case.
constexpr std::string_view kSpoken[] = {"password",   "passwd",     "passphrase",  "passcode", "pwd",
                                        "token",      "secret",     "key",         "apikey",   "requirepass",
                                        "masterauth", "identified", "credentials", "creds",    "passwort"};
constexpr std::string_view kCommands[] = {"mysql",     "mysqldump", "mysqladmin", "sshpass",
                                          "redis-cli", "docker",    "mariadb",    "ldapsearch",
                                          "mongosh",   "mongo",     "podman",     "helm"};

}  // namespace

SecretScanner::SecretScanner(Options options) : options_(std::move(options)) {
    for (const auto formats : {cloudFormats(), forgeFormats(), serviceFormats(), aiFormats()}) {
        for (const auto& format : formats) {
            if (wanted(format.entity)) addTrigger(format.prefix, Kind::Token, &format);
        }
    }
    for (const auto word : kSpoken) addTrigger(word, Kind::Spoken);
    for (const auto word : kCommands) addTrigger(word, Kind::Command);
    addTrigger("bearer ", Kind::Bearer);
    addTrigger("bearer%20", Kind::Bearer);
    addTrigger("basic ", Kind::Basic);
    addTrigger("begin ", Kind::Begin);
    addTrigger("private-lines:", Kind::Begin);
    index();
    nameContinuations();
}

void SecretScanner::addTrigger(std::string_view prefix, Kind kind, const Format* format) {
    if (prefix.size() < 3) return;  // "pw" is found by its signs
    triggers_.push_back({prefix, kind, format, Shape(format ? format->shape : "")});
}

void SecretScanner::index() {
    std::stable_sort(triggers_.begin(), triggers_.end(), [](const Trigger& a, const Trigger& b) {
        const size_t left = hashOf(a.prefix.data()), right = hashOf(b.prefix.data());
        return left != right ? left < right : a.prefix.size() > b.prefix.size();
    });
    buckets_.assign((size_t{1} << kHashBits) + 1, 0);
    filter_.assign((size_t{1} << kHashBits) / 64, 0);
    for (const auto& trigger : triggers_) {
        const size_t hash = hashOf(trigger.prefix.data());
        ++buckets_[hash + 1];
        filter_[hash / 64] |= uint64_t{1} << (hash % 64);
    }
    for (size_t i = 1; i < buckets_.size(); ++i)
        buckets_[i] = static_cast<uint16_t>(buckets_[i] + buckets_[i - 1]);
}

void SecretScanner::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    if (from >= text.size()) return;
    Sweep sweep{text, options_};
    // Back to the triggers of what begins at `from`, or goes on there; then into a long run only from its
    // begin.
    size_t start = from == 0 ? 0 : runBegin(text, from, kRun, Sweep::kRunMax);
    start = start < Sweep::kBehind ? 0 : start - Sweep::kBehind;
    if (start > 0) start = runBegin(text, start, kRun, kRunBefore);
    sweepFrom(sweep, start);
    if (start > 0) continuePrivateKey(sweep, start);
    if (!sweep.found.empty()) settle(sweep, from, found);
}

void SecretScanner::sweepFrom(Sweep& sweep, size_t start) const {
    const auto text = sweep.text;
    uint64_t before = start > 0 && is(text[start - 1], kWord) ? 1 : 0;  // is the byte before part of a word?
    for (size_t base = start; base < text.size(); base += 64) {
        Masks masks;
        if (text.size() - base >= 64) {
            masks = masksOf64(text.data() + base);
        } else {
            char rest[64] = {};
            std::memcpy(rest, text.data() + base, text.size() - base);
            masks = masksOf64(rest);
        }
        uint64_t starts = masks.words & ~(masks.words << 1 | before);
        before = masks.words >> 63;
        for (; starts != 0; starts &= starts - 1) {
            const int bit = std::countr_zero(starts);
            size_t size = static_cast<size_t>(std::countr_one(masks.words >> bit));
            const size_t at = base + static_cast<size_t>(bit);
            if (size + static_cast<size_t>(bit) == 64) size = runEnd(text, at, kWord, Sweep::kPiece) - at;
            word(sweep, at, size);
        }
        for (uint64_t signs = masks.signs; signs != 0; signs &= signs - 1)
            sign(sweep, base + static_cast<size_t>(std::countr_zero(signs)));
    }
}

void SecretScanner::word(Sweep& sweep, size_t at, size_t size) const {
    wordAt(sweep, at);
    size_t skipped = 0;  // the escape \n is no part of the word behind it, nor is %3D
    if (at > 0 && size > 1) {
        const char before = sweep.text[at - 1], first = sweep.text[at];
        if (before == '\\' && (first == 'n' || first == 't' || first == 'r')) skipped = 1;
        if (before == '%' && is(first, kAnyHex) && is(sweep.text[at + 1], kAnyHex)) skipped = 2;
        if (skipped > 0) wordAt(sweep, at + skipped);
    }
    if (size >= kLongWord + skipped) matchLong(sweep, at + skipped, at + size);
}

void SecretScanner::wordAt(Sweep& sweep, size_t at) const {
    if (sweep.text.size() < at + 3) return;
    const size_t hash = hashOf(sweep.text.data() + at);
    if ((filter_[hash / 64] >> (hash % 64) & 1) == 0) return;
    for (size_t i = buckets_[hash]; i < buckets_[hash + 1]; ++i) {
        const auto& trigger = triggers_[i];
        if (trigger.kind != Kind::Token) {
            if (foldedAt(sweep.text, at, trigger.prefix)) run(sweep, trigger, at);
        } else if (textAt(sweep.text, at, trigger.prefix) && token(sweep, trigger, at)) {
            return;
        }
    }
}

void SecretScanner::run(Sweep& sweep, const Trigger& trigger, size_t at) const {
    const size_t end = at + trigger.prefix.size();
    switch (trigger.kind) {
        case Kind::Token:
            break;
        case Kind::Spoken:
            if (!isAt(sweep.text, end, kWord)) matchSpoken(sweep, at, end);
            break;
        case Kind::Bearer:
            matchBearer(sweep, end);
            break;
        case Kind::Basic:
            matchBasic(sweep, end);
            break;
        case Kind::Command:
            matchCommand(sweep, end);
            break;
        case Kind::Begin:
            matchPrivateKey(sweep, at);
            break;
    }
}

bool SecretScanner::token(Sweep& sweep, const Trigger& trigger, size_t at) const {
    const auto& format = *trigger.format;
    if (format.check == Check::Jwt) return matchJwt(sweep, at);
    const auto text = sweep.text;
    if (format.check == Check::Bare && at > 0 && is(text[at - 1], kDot | kPlusSlash | kDash)) return false;
    const size_t body = at + trigger.prefix.size();
    size_t end = trigger.shape.match(text, body, at + Sweep::kPiece);
    if (end == Shape::kNoMatch) return false;
    if (trigger.shape.open() != 0) end = sweep.extended(at, end, trigger.shape.open());
    while (end > body && text[end - 1] == '.') --end;  // of the sentence
    size_t begin = at;
    float score = 1;
    const auto random = text.substr(body, std::min(end - body, Sweep::kPiece));
    if (format.check == Check::Random || format.check == Check::Bare) {
        if (!looksRandom(random)) return false;
        score = 0.9F;
    } else if (format.check == Check::Crc && !hasChecksum(random)) {
        if (options_.strict_checksums) return false;
        score = 0.6F;
    } else if (format.check == Check::Before15) {
        if (at < 15 || text[at - 1] != '.' || runBegin(text, at - 1, kAlnum, 14) != at - 15) return false;
        begin = at - 15;
    }
    if (isPlaceholder(random)) return false;
    if (format.check == Check::None && Looks(random).steps * 3 > random.size() * 2) return false;
    sweep.add(begin, end, format.entity, score);
    return true;
}

void SecretScanner::sign(Sweep& sweep, size_t at) const {
    const auto text = sweep.text;
    switch (text[at]) {
        case '~':
            matchAzureSecret(sweep, at);
            break;
        case ':':
            if (textAt(text, at + 1, "//")) {
                matchUrl(sweep, at);
                break;
            }
            if (at > 0 && is(text[at - 1], kDigit) && textAt(text, at + 1, "A")) matchTelegram(sweep, at);
            matchCurlUser(sweep, at);
            matchAssignment(sweep, at);
            break;
        case '(':
            if (isAt(text, at + 1, kQuote)) matchAssignment(sweep, at);
            break;
        case ',':
            if (at > 0 && is(text[at - 1], kQuote)) matchAssignment(sweep, at);
            break;
        case '>':
            if (at > 0 && is(text[at - 1], kWord)) matchAssignment(sweep, at);
            break;
        default:
            matchAssignment(sweep, at);
            break;
    }
}

}  // namespace secrets
