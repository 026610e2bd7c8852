// From candidates to findings: off and allowed ones left out, of those that overlap the first, long ones in
// pieces.
#include "looks.h"
#include "scanner.h"

#include <algorithm>
#include <set>

namespace secrets {

namespace {

constexpr std::string_view kContinued = "_CONTINUED";

bool sameName(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool listed(const std::vector<std::string>& names, std::string_view entity) {
    return std::any_of(names.begin(), names.end(),
                       [entity](const auto& name) { return sameName(name, entity); });
}

}  // namespace

void SecretScanner::nameContinuations() {
    for (const auto entity : entities())
        continuations_[entity] = std::string(entity) + std::string(kContinued);
}

bool SecretScanner::wanted(std::string_view entity) const {
    return !listed(options_.off, entity) && (options_.only.empty() || listed(options_.only, entity));
}

bool SecretScanner::allowed(std::string_view text) const {
    for (const auto& entry : options_.allow) {
        const bool open = !entry.empty() && entry.back() == '*';
        if (open ? text.substr(0, entry.size() - 1) == std::string_view(entry).substr(0, entry.size() - 1)
                 : text == entry)
            return true;
    }
    return !options_.known_examples && isKnownExample(text);
}

void SecretScanner::settle(Sweep& sweep, size_t from, std::vector<sluice::Finding>& found) const {
    auto& all = sweep.found;
    // Of two that begin together the surer one, then the longer one.
    std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
        if (a.begin != b.begin) return a.begin < b.begin;
        return a.score != b.score ? a.score > b.score : a.end > b.end;
    });
    size_t covered = 0;
    for (const auto& one : all) {
        if (one.begin < covered || one.end <= one.begin) continue;
        if (!wanted(one.entity)) continue;
        if (one.end - one.begin <= Sweep::kPiece &&
            allowed(sweep.text.substr(one.begin, one.end - one.begin))) {
            covered = one.end;
            continue;
        }
        covered = one.end;
        const std::string_view more = continuations_.at(one.entity);
        for (size_t begin = one.begin; begin < one.end; begin += Sweep::kPiece) {
            if (begin < from) continue;
            const size_t end = std::min(one.end, begin + Sweep::kPiece);
            found.push_back(
                {begin, end, begin == one.begin && !one.continues ? one.entity : more, one.score});
        }
    }
}

std::vector<std::string_view> SecretScanner::entities() {
    std::set<std::string_view> names{kPassword,  kAssigned,    kUrlPassword, kPrivateKey, kBearer,
                                     kBasic,     kHighEntropy, kAzureSecret, kAzureKey,   kAzureSas,
                                     kAwsSecret, kTelegram,    kDiscord,     kTwilio,     kMailchimp,
                                     kMailgun,   kVault,       kPagerDuty,   kHeroku,     kJwt};
    for (const auto formats : {cloudFormats(), forgeFormats(), serviceFormats(), aiFormats()}) {
        for (const auto& format : formats) names.insert(format.entity);
    }
    return {names.begin(), names.end()};
}

std::string_view SecretScanner::ownerOf(std::string_view entity) {
    const bool continues =
        entity.size() > kContinued.size() && entity.substr(entity.size() - kContinued.size()) == kContinued;
    return continues ? entity.substr(0, entity.size() - kContinued.size()) : entity;
}

bool redact(std::string& text) {
    static const SecretScanner scanner;
    std::vector<sluice::Finding> found;
    scanner.find(text, 0, found);
    for (auto one = found.rbegin(); one != found.rend(); ++one)
        text.replace(one->begin, one->end - one->begin,
                     SecretScanner::continues(one->entity) ? "" : "[REDACTED]");
    return !found.empty();
}

}  // namespace secrets
