#include "candidates.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pii::names {
namespace {

constexpr uint16_t kNames = kGiven | kFamily | kPlace | kCountry | kNation | kCompany;
constexpr uint16_t kParts = kStreet | kOrgSuffix | kOrgWord | kTitle | kParticle;

// How a word is judged: by itself, if such a word stands beside it, if one stands within two words, not at
// all.
enum : uint8_t { kNo, kIfBeside, kIfNear, kIfTold, kYes };

// Words after which a name may follow in small letters.
bool tells(const Token* token) {
    static const std::array<uint32_t, 22> kWords = [] {
        std::array<uint32_t, 22> hashes{};
        size_t count = 0;
        for (const char* word :
             {"is",    "am",   "i'm", "im",  "in",   "from", "at", "dear", "hi",   "hello",  "called",
              "named", "name", "by",  "hey", "near", "user", "to", "for",  "with", "thanks", "regards"}) {
            hashes[count++] = hashWord(word);
        }
        return hashes;
    }();
    return token &&
           (token->is(kTitle) || std::find(kWords.begin(), kWords.end(), token->hash) != kWords.end());
}

uint8_t judge(const Token& token) {
    if (token.shape == Shape::Odd || token.shape == Shape::LowCamel) return kNo;
    if (token.shape == Shape::Uncased) return token.is(kNames) ? kYes : kNo;
    if (token.isCapital()) return token.is(kCommon) ? kIfBeside : kYes;
    if (token.shape != Shape::Lower) return kIfNear;  // numbers
    if (token.is(kParts)) return kIfNear;
    if (token.is(kCommon)) return kNo;
    if (token.is(kOrdinary)) return token.is(kNames) ? kIfTold : kNo;
    if (token.is(kNames)) return kYes;
    return kIfNear;
}

// "12 rue", "calle 7": beside a number even a small street's word begins a name. Only a number that stands
// close to it counts, so that the bounds of word_features.h grow by kBesideMax only.
bool isStreetWithNumber(const std::vector<Token>& tokens, size_t i) {
    if (tokens[i].shape != Shape::Lower || !tokens[i].is(kStreet)) return false;
    bool before = i > 0 && tokens[i - 1].isNumber() && tokens[i].begin - tokens[i - 1].begin < kBesideMax;
    return before || (i + 1 < tokens.size() && tokens[i + 1].isNumber() &&
                      tokens[i + 1].end - tokens[i].end < kBesideMax);
}

// Parts of addresses of e-mail belong to other rules.
bool isOfMail(std::string_view text, const Token& token) {
    bool before = token.begin > 0 && text[token.begin - 1] == '@';
    return before || (token.end < text.size() && text[token.end] == '@');
}

}  // namespace

void findCandidates(std::string_view text, const Context& context, const std::vector<Token>& tokens,
                    std::vector<uint8_t>& candidates) {
    thread_local std::vector<uint8_t> judged;
    judged.resize(tokens.size());
    for (size_t i = 0; i < tokens.size(); ++i) {
        judged[i] = isStreetWithNumber(tokens, i) ? uint8_t{kYes} : judge(tokens[i]);
    }
    candidates.assign(tokens.size(), 0);
    auto isName = [&](size_t i, ptrdiff_t offset) {
        return context.near(i, static_cast<int>(offset)) && judged[i + static_cast<size_t>(offset)] == kYes;
    };
    for (size_t i = 0; i < tokens.size(); ++i) {
        uint8_t verdict = judged[i];
        if (verdict == kNo || isOfMail(text, tokens[i])) continue;
        bool beside = verdict == kYes || isName(i, -1) || isName(i, 1);
        bool unknown =
            verdict == kIfTold || (verdict == kIfNear && tokens[i].shape == Shape::Lower && !tokens[i].known);
        bool near = verdict >= kIfNear && verdict != kIfTold && !beside && (isName(i, -2) || isName(i, 2));
        bool told = unknown && !beside && !near && (tells(context.near(i, -1)) || tells(context.near(i, -2)));
        candidates[i] = beside || near || told;
    }
}

}  // namespace pii::names
