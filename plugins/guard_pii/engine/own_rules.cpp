#include "own_rules.h"

#include <re2/re2.h>

#include <algorithm>

#include "chars.h"
#include "recognisers.h"

namespace pii {
namespace {

bool isPart(char c) { return isAlnum(c) || c == '_' || isHigh(c); }

// FNV-1a of the first word of a phrase in lower case; `end` is where the word ends.
uint32_t firstWord(std::string_view text, size_t begin, size_t& end) {
    uint32_t hash = 2166136261U;
    for (end = begin; end < text.size() && isPart(text[end]); ++end)
        hash = (hash ^ static_cast<unsigned char>(lower(text[end]))) * 16777619U;
    if (end == begin && end < text.size()) hash ^= static_cast<unsigned char>(text[end++]);
    return hash;
}

bool sameNoCase(std::string_view text, size_t begin, std::string_view low) {
    if (text.size() - begin < low.size()) return false;
    for (size_t i = 0; i < low.size(); ++i)
        if (lower(text[begin + i]) != low[i]) return false;
    return true;
}

std::string bare(std::string_view value) {
    std::string kept;
    for (const char c : value)
        if (isAlnum(c) || isHigh(c) || c == '@') kept.push_back(lower(c));
    return kept;
}

}  // namespace

void DenyList::add(std::string_view phrase, size_t kind) {
    std::string low(phrase);
    std::transform(low.begin(), low.end(), low.begin(), lower);
    size_t end = 0;
    const auto hash = firstWord(low, 0, end);
    longest_ = std::max(longest_, low.size());
    phrases_.emplace(hash, Phrase{std::move(low), kind});
}

void DenyList::find(Pass& pass) const {
    const auto text = pass.text;
    for (size_t i = 0; i < text.size();) {
        size_t end = 0;
        const auto [from, to] = phrases_.equal_range(firstWord(text, i, end));
        for (auto it = from; it != to; ++it) {
            const auto& phrase = it->second;
            if (!sameNoCase(text, i, phrase.text)) continue;
            const size_t last = i + phrase.text.size();
            const bool whole = !isPart(phrase.text.back()) || last >= text.size() || !isPart(text[last]);
            if (whole) pass.addOwn(phrase.kind, i, last, 1.0F);
        }
        i = end;
    }
}

void AllowList::add(std::string_view value) { values_.insert(bare(value)); }
bool AllowList::has(std::string_view value) const {
    return !values_.empty() && values_.contains(bare(value));
}

PatternList::PatternList() = default;
PatternList::~PatternList() = default;

std::string PatternList::add(const std::string& regex, size_t kind, float score) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(2 << 20);
    auto compiled = std::make_unique<re2::RE2>(regex, options);
    if (!compiled->ok()) return compiled->error();
    if (compiled->Match("", 0, 0, re2::RE2::UNANCHORED, nullptr, 0)) return "it matches the empty text";
    patterns_.push_back({std::move(compiled), kind, score});
    return {};
}

// Whether a match begins at a place may depend on kValueMax bytes behind it only, so that a stream that is
// cut elsewhere finds the same: the pattern is asked again, anchored, with no more than those in sight.
void PatternList::find(Pass& pass) const {
    const auto text = pass.text;
    const re2::StringPiece all(text.data(), text.size());
    for (const auto& pattern : patterns_) {
        re2::StringPiece match;
        size_t i = 0;
        while (i < text.size() &&
               pattern.regex->Match(all, i, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
            const auto begin = static_cast<size_t>(match.data() - text.data());
            const size_t limit = std::min(begin + kValueMax, text.size());
            if (pattern.regex->Match(all, begin, limit, re2::RE2::ANCHOR_START, &match, 1) && !match.empty())
                pass.addOwn(pattern.kind, begin, begin + match.size(), pattern.score);
            i = begin + 1;  // the next word
            if (isPart(text[begin]))
                while (i < text.size() && isPart(text[i])) ++i;
        }
    }
}

}  // namespace pii
