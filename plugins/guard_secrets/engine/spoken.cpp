// Secrets in prose and in command lines: "the password is …", --token …, IDENTIFIED BY '…', mysql -p….
#include "looks.h"
#include "values.h"

#include <algorithm>

namespace secrets {

namespace {

constexpr size_t kReach = 56;  // bytes between the word and its value

Strength strengthHere(std::string_view text, size_t at, size_t end) {
    size_t begin = at;
    for (int i = 0; i < 2; ++i) {  // "secret access" key
        if (begin == 0 || (text[begin - 1] != ' ' && text[begin - 1] != '-' && text[begin - 1] != '_')) break;
        begin = runBegin(text, begin - 1, kAlnum, 24);
    }
    return strengthOf(text.substr(begin, end - begin));
}

// --password x, -token x: an option of a command.
bool isOption(std::string_view text, size_t at) {
    const size_t begin = runBegin(text, at, kWord | kDash, 40);
    return textAt(text, begin, "-") && begin + 1 < text.size() && (begin == 0 || is(text[begin - 1], kSpace));
}

std::string_view entityOf(Strength strength) {
    return strength == Strength::Password ? kPassword : kAssigned;
}

// Behind "is", "was", ":" and the like: where the value begins, or 0.
size_t behindVerb(std::string_view text, size_t end) {
    const size_t limit = std::min(text.size(), end + kReach);
    for (size_t i = end; i < limit; ++i) {
        const char c = text[i];
        if (c == ':' && i > end + 1) return isAt(text, i + 1, kSpace) ? i + 1 : 0;
        if (c != ' ' && c != '\'' && c != ',' && !is(c, kAlnum) && static_cast<unsigned char>(c) < 0x80)
            return 0;
        if (c != ' ') continue;
        for (const auto verb : {"is", "was", "are", "to", "as", "ist", "est", "es"}) {
            const std::string_view word = verb;
            if (foldedAt(text, i + 1, word) && isAt(text, i + 1 + word.size(), kSpace | kColon))
                return i + 1 + word.size() + (is(text[i + 1 + word.size()], kColon) ? 1 : 0);
        }
    }
    return 0;
}

// Random enough to stand behind its word with nothing between.
bool standsAlone(std::string_view value, Strength strength) {
    const Looks looks(value);
    if (isPlaceholder(value) || isLiteral(value) || isUuid(value)) return false;
    if (strength == Strength::Password && looks.size >= 7 && looks.digits > 0 && looks.letters() > 0 &&
        looks.kinds() >= 3)
        return !looksNatural(value) || (looks.others == 0 && looks.size >= 8);
    return looks.size >= 16 && looksRandom(value) && looks.digits > 1;
}

void matchBare(Sweep& sweep, size_t at, size_t end, Strength strength) {
    const auto text = sweep.text;
    Value value = valueAt(text, end, false);
    if (value.empty() || value.spaced) return;
    const auto found = text.substr(value.begin, value.end - value.begin);
    if (value.setting == Setting::Quoted) {
        value.setting = Setting::Spoken;
        if (!looksNatural(found) || Looks(found).digits > 1)
            addValue(sweep, value, strength, entityOf(strength), 0.7F);
        return;
    }
    const size_t from = at < 64 ? 0 : at - 64;  // .netrc: login name password x
    const auto before = text.substr(from, at - from);
    const bool netrc = before.find("login ") != before.npos || before.find("machine ") != before.npos;
    const bool config = foldedAt(text, at, "requirepass") || foldedAt(text, at, "masterauth");
    if (netrc || config) {
        value.setting = Setting::Config;
        addValue(sweep, value, strength, entityOf(strength), 0.8F);
    } else if (standsAlone(found, strength)) {
        value.setting = Setting::Spoken;
        addValue(sweep, value, strength, entityOf(strength), 0.6F);
    }
}

}  // namespace

void matchSpoken(Sweep& sweep, size_t at, size_t end) {
    const auto text = sweep.text;
    if (!isAt(text, end, kSpace) || textAt(text, end, "\n")) return;
    if (foldedAt(text, at, "identified")) {
        if (!foldedAt(text, end, " by ")) return;
        const Value value = valueAt(text, end + 4, false);
        if (value.setting == Setting::Quoted) addValue(sweep, value, Strength::Password, kPassword, 0.9F);
        return;
    }
    const Strength strength = strengthHere(text, at, end);
    if (strength == Strength::None) return;
    if (isOption(text, at)) {
        Value value = valueAt(text, end, false);
        if (value.setting == Setting::Bare) value.setting = Setting::Config;
        const auto found = text.substr(value.begin, value.end - value.begin);
        const bool shout =
            std::none_of(found.begin(), found.end(), [](char c) { return is(c, kLower | kDigit); });
        const bool word = looksNatural(found) && Looks(found).digits == 0;
        if (!textAt(found, 0, "-") && !shout && !word)
            addValue(sweep, value, strength, entityOf(strength), 0.8F);
        return;
    }
    matchBare(sweep, at, end, strength);
    if (const size_t behind = behindVerb(text, end); behind != 0) {
        Value value = valueAt(text, behind, false);
        const bool quoted = value.setting == Setting::Quoted;
        value.setting = Setting::Spoken;
        const auto found = text.substr(value.begin, value.end - value.begin);
        if (strength != Strength::Password && speaksOfHashes(text, value.begin)) return;
        if (!value.spaced && (quoted || Looks(found).digits > 0 || !looksNatural(found)))
            addValue(sweep, value, strength, entityOf(strength), 0.7F);
    }
}

void matchCommand(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    if (isAt(text, at, kWord)) return;
    const size_t limit = std::min(text.size(), at + 128);
    for (size_t i = at; i + 3 < limit && text[i] != '\n' && text[i] != ';'; ++i) {
        if (text[i] != ' ' || text[i + 1] != '-' ||
            (text[i + 2] != 'p' && text[i + 2] != 'a' && text[i + 2] != 'w'))
            continue;
        const bool glued = !is(text[i + 3], kSpace);
        if (glued && text[i + 2] != 'p') continue;
        if (glued && is(text[i + 3], kEquals)) continue;
        Value value = valueAt(text, i + 3, true);
        if (value.setting == Setting::Bare) value.setting = Setting::Config;
        addValue(sweep, value, Strength::Password, kCommand, 0.7F);
    }
}

}  // namespace secrets
