#include "rule_scanner.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "chars.h"
#include "normalize.h"
#include "own_rules.h"
#include "recognisers.h"

namespace pii {
namespace {

constexpr size_t kWordMax = 96;  // longer words are no values

/// Bytes at which something may begin: digits, '@', ':', '.'.
enum Trigger : uint8_t { kNothing, kDigit, kAt, kColon_, kPoint };

std::array<uint8_t, 256> triggersFor(const KindSet& enabled) {
    std::array<uint8_t, 256> triggers{};
    const auto wants = [&enabled](Kind kind) { return enabled[static_cast<size_t>(kind)]; };
    bool digits = false;
    for (const auto& entity : entities()) {
        const bool web =
            entity.kind == Kind::EmailAddress || entity.kind == Kind::Url || entity.kind == Kind::DomainName;
        digits |= wants(entity.kind) && !web;
    }
    if (digits)
        for (int c = '0'; c <= '9'; ++c) triggers[static_cast<size_t>(c)] = kDigit;
    const bool web = wants(Kind::Url) || wants(Kind::DomainName);
    if (wants(Kind::EmailAddress)) triggers['@'] = kAt;
    if (web || wants(Kind::IpAddress) || wants(Kind::MacAddress)) triggers[':'] = kColon_;
    if (web) triggers['.'] = kPoint;
    return triggers;
}

}  // namespace

struct RuleScanner::Parts {
    Rules rules;
    std::unique_ptr<ShapeIndex> shapes;
    std::array<uint8_t, 256> triggers{};
    std::vector<std::string> names;  // of own kinds
    DenyList deny;
    AllowList allow;
    PatternList patterns;
    bool urls = false, phones = false, dates = false, numbers = false;

    explicit Parts(const Options& options);
    size_t kindFor(const std::string& name);
    void setThresholds(const Options& options);
    void add(const Options& options);

    bool wants(Kind kind) const { return rules.enabled[static_cast<size_t>(kind)]; }
    std::string_view nameOf(size_t kind) const {
        return kind < kKinds ? info(static_cast<Kind>(kind)).name : std::string_view(names[kind - kKinds]);
    }
    void scan(Pass& pass) const;
    size_t atDigit(Pass& pass, size_t digit) const;
    void atWord(Pass& pass, size_t begin, size_t end) const;
    void shapesBefore(Pass& pass, size_t word) const;
    void shapesInside(Pass& pass, size_t begin, size_t end) const;
};

size_t RuleScanner::Parts::kindFor(const std::string& name) {
    if (const auto kind = kindOf(name)) return static_cast<size_t>(*kind);
    const auto own = std::find(names.begin(), names.end(), name);
    if (own != names.end()) return kKinds + static_cast<size_t>(own - names.begin());
    if (names.size() == kOwnKindsMax)
        throw BadOptions("'" + name + "': at most " + std::to_string(kOwnKindsMax) +
                         " entities of one's own");
    names.push_back(name);
    return kKinds + names.size() - 1;
}

void RuleScanner::Parts::setThresholds(const Options& options) {
    const auto all = options.thresholds.find("ALL");
    const float standard = options.lenient ? 0 : kDefaultThreshold;
    rules.thresholds.fill(all == options.thresholds.end() ? standard : all->second);
    for (const auto& [name, threshold] : options.thresholds) {
        if (threshold < 0 || threshold > 1)
            throw BadOptions("the threshold of '" + name + "' is " + std::to_string(threshold) +
                             ": allowed is 0 to 1");
        if (name != "ALL") rules.thresholds[kindFor(name)] = threshold;
    }
}

void RuleScanner::Parts::add(const Options& options) {
    for (const auto& [name, phrases] : options.deny) {
        const size_t kind = kindFor(name);
        for (const auto& phrase : phrases) {
            if (phrase.empty() || phrase.size() > kValueMax)
                throw BadOptions("a phrase for '" + name + "' has " + std::to_string(phrase.size()) +
                                 " bytes: allowed are 1 to " + std::to_string(kValueMax));
            deny.add(phrase, kind);
        }
        rules.enabled.set(kind);
    }
    for (const auto& own : options.patterns) {
        const size_t kind = kindFor(own.entity);
        const auto error = patterns.add(own.regex, kind, own.score);
        if (!error.empty()) throw BadOptions("the pattern for '" + own.entity + "': " + error);
        for (const auto& word : own.context) rules.words.add(kind, word);
        rules.enabled.set(kind);
    }
    for (const auto& value : options.allow) allow.add(value);
}

RuleScanner::Parts::Parts(const Options& options) {
    rules.lenient = options.lenient;
    for (const auto& name : options.entities) {
        const auto kind = kindOf(name);
        if (!kind) throw BadOptions("'" + name + "' is no entity that rules find; docs/pii.md lists them");
        rules.enabled.set(static_cast<size_t>(*kind));
    }
    if (options.entities.empty() && options.deny.empty() && options.patterns.empty())
        for (const auto& entity : entities())
            rules.enabled.set(static_cast<size_t>(entity.kind), entity.by_default);
    triggers = triggersFor(rules.enabled);
    shapes = std::make_unique<ShapeIndex>(rules.enabled);
    add(options);
    setThresholds(options);
    urls = wants(Kind::Url) || wants(Kind::DomainName);
    phones = wants(Kind::PhoneNumber) || wants(Kind::PhMobileNumber) || wants(Kind::TrPhoneNumber);
    dates = wants(Kind::DateTime);
    numbers = shapes->lengths() != 0;
}

// Values whose first words have no digit: "HRB 123456", "DE 136 695 976", "RSS MRA 85…".
void RuleScanner::Parts::shapesBefore(Pass& pass, size_t word) const {
    const auto text = pass.text;
    size_t begin = word;
    Run run;
    for (int words = 0; words < 2; ++words) {
        if (begin < 2 || (text[begin - 1] != ' ' && text[begin - 1] != '-' && text[begin - 1] != '.')) return;
        const size_t end = begin - 1;
        size_t i = end;
        while (i > 0 && end - i < 6 && isLetter(text[i - 1])) --i;
        if (i == end || end - i > 5 || touchesLeft(text, i)) return;
        begin = i;
        readRun(text, begin, run);
        if (run.digits == 0) continue;
        if (words == 0 && wants(Kind::IbanCode)) findIban(pass, run);  // "GB 29 NWBK …"
        findShapes(pass, *shapes, run, false);
    }
}

// Some write a code right behind a word: "hetu:is030594W903B".
void RuleScanner::Parts::shapesInside(Pass& pass, size_t begin, size_t end) const {
    const auto text = pass.text;
    size_t i = begin;
    while (i < end && isLower(text[i])) ++i;
    if (i == begin || i == end || !isDigit(text[i])) return;
    Run run;
    readRun(text, i, run);
    findShapes(pass, *shapes, run, true);
}

void RuleScanner::Parts::atWord(Pass& pass, size_t begin, size_t end) const {
    if (numbers || wants(Kind::IbanCode)) {
        if (!touchesLeft(pass.text, begin)) {
            Run run;
            readRun(pass.text, begin, run);
            if (wants(Kind::IbanCode)) findIban(pass, run);
            findShapes(pass, *shapes, run, false);
            shapesBefore(pass, begin);
        }
        if (shapes->gluedLeft()) shapesInside(pass, begin, end);
    }
    if (phones && isDigit(pass.text[begin])) findPhone(pass, begin);
    if (dates && isDigit(pass.text[begin])) findDate(pass, begin);
    if (wants(Kind::IpAddress) && end - begin <= 3 && at(pass.text, end) == '.') findIpv4(pass, begin);
    const char behind = at(pass.text, end);
    if (wants(Kind::MacAddress) && (behind == '-' || behind == '.')) findMac(pass, begin);
    if (wants(Kind::Crypto)) findCrypto(pass, begin, end);
    if (wants(Kind::DeKfz) && end - begin <= 7) findGermanPlate(pass, begin, end);
    if (wants(Kind::UsDriverLicense) && (behind == '*' || (begin > 0 && pass.text[begin - 1] == '*')))
        findStarred(pass, begin);
    if (wants(Kind::Age) && end - begin <= 3) findAge(pass, begin, end);
}

size_t RuleScanner::Parts::atDigit(Pass& pass, size_t digit) const {
    size_t begin = digit;
    while (begin > 0 && digit - begin < kWordMax && isAlnum(pass.text[begin - 1])) --begin;
    size_t end = digit + 1;
    while (isAlnum(at(pass.text, end))) ++end;
    if (end - begin <= kWordMax) atWord(pass, begin, end);
    return end;
}

void RuleScanner::Parts::scan(Pass& pass) const {
    const auto text = pass.text;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const size_t size = text.size();
    size_t names_until = 0;   // looked at already: as the name of a host,
    size_t groups_until = 0;  // as groups of hexadecimal digits
    for (size_t i = 0; i < size;) {
        while (i + 4 <= size && (triggers[bytes[i]] | triggers[bytes[i + 1]] | triggers[bytes[i + 2]] |
                                 triggers[bytes[i + 3]]) == 0)
            i += 4;
        while (i < size && triggers[bytes[i]] == kNothing) ++i;
        if (i == size) break;
        switch (triggers[bytes[i]]) {
            case kDigit:
                i = atDigit(pass, i);
                break;
            case kAt:
                findEmail(pass, i++);
                break;
            case kColon_:
                if (urls && text.substr(i, 3) == "://") {
                    findUrl(pass, i);
                    i += 3;
                } else if (at(text, i + 1) == ':' ||
                           (isHex(at(text, i + 1)) && i > 0 && isHex(text[i - 1]))) {
                    if (i >= groups_until) groups_until = findIpv6(pass, i);
                    ++i;
                } else {
                    ++i;
                }
                break;
            default:
                if (i >= names_until && (isLetter(at(text, i + 1)) || isWideLetter(text, i + 1)))
                    names_until = findDomain(pass, i);
                ++i;
        }
    }
    if (!deny.empty()) deny.find(pass);
    if (!patterns.empty()) patterns.find(pass);
}

namespace {

bool beats(const Candidate& a, const Candidate& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.end - a.begin != b.end - b.begin) return a.end - a.begin > b.end - b.begin;
    return a.begin != b.begin ? a.begin < b.begin : a.kind < b.kind;
}

// Keeps what nothing better overlaps. Whether a better one is kept itself does not matter: else what is found
// at one place could depend on a chain of others, as long as the text.
void resolve(std::vector<Candidate>& all) {
    std::sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
        return a.begin != b.begin ? a.begin < b.begin : beats(a, b);
    });
    const auto same = [](const Candidate& a, const Candidate& b) {
        return a.begin == b.begin && a.end == b.end && a.kind == b.kind;
    };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
    std::vector<bool> beaten(all.size());
    for (size_t i = 0; i < all.size(); ++i)
        for (size_t k = i + 1; k < all.size() && all[k].begin < all[i].end; ++k)
            beaten[beats(all[i], all[k]) ? k : i] = true;
    size_t kept = 0;
    for (size_t i = 0; i < all.size(); ++i)
        if (!beaten[i]) all[kept++] = all[i];
    all.resize(kept);
}

}  // namespace

void RuleScanner::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    // What lies further in front can have no say.
    size_t skipped = from > lookBehind() ? from - lookBehind() : 0;
    while (skipped < from && (static_cast<unsigned char>(text[skipped]) & 0xC0) == 0x80) ++skipped;
    const auto seen = text.substr(skipped);
    std::vector<Candidate> candidates;
    const bool plain = !wantsNormalising(seen);
    const auto normal = plain ? Normalised{} : normalise(seen);
    Pass pass(plain ? seen : std::string_view(normal.text), parts_->rules, candidates);
    parts_->scan(pass);
    resolve(candidates);
    for (const auto& one : candidates) {
        const size_t begin = skipped + (plain ? one.begin : normal.from[one.begin]);
        const size_t end = skipped + (plain ? one.end : normal.until[one.end - 1]);
        if (begin < from || parts_->allow.has(pass.text.substr(one.begin, one.end - one.begin))) continue;
        found.push_back({begin, end, parts_->nameOf(one.kind), one.score});
    }
}

std::vector<std::string_view> RuleScanner::known() {
    std::vector<std::string_view> names;
    for (const auto& entity : entities()) names.push_back(entity.name);
    return names;
}

std::vector<std::string_view> RuleScanner::byDefault() {
    std::vector<std::string_view> names;
    for (const auto& entity : entities())
        if (entity.by_default) names.push_back(entity.name);
    return names;
}

RuleScanner::RuleScanner(const Options& options) : parts_(std::make_unique<Parts>(options)) {}
RuleScanner::~RuleScanner() = default;

size_t RuleScanner::longest() const { return parts_->urls ? kUrlMax : kValueMax; }
size_t RuleScanner::lookBehind() const { return longest() + kValueMax + ContextWords::kBytes; }
size_t RuleScanner::lookAhead() const {
    return parts_->patterns.empty() && parts_->deny.empty() ? 72 : kValueMax;
}

}  // namespace pii
