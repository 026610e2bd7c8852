#include "looks.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace secrets {

namespace {

constexpr size_t kJudged = 256;

// n * log2(n): the entropy of a text is a sum of these.
const std::array<double, kJudged + 1>& plogs() {
    static const auto table = [] {
        std::array<double, kJudged + 1> made{};
        for (size_t n = 2; n <= kJudged; ++n) made[n] = static_cast<double>(n) * std::log2(n);
        return made;
    }();
    return table;
}

int kindOf(char c) { return is(c, kLower) ? 1 : is(c, kUpper) ? 2 : is(c, kDigit) ? 3 : 4; }

}  // namespace

Looks::Looks(std::string_view text) {
    text = text.substr(0, kJudged);
    size = text.size();
    std::array<uint16_t, 256> counts{};
    size_t run = 0;
    bool low = false, high = false;
    int last = 0;
    for (size_t i = 0; i < size; ++i) {
        const char c = text[i];
        ++counts[static_cast<unsigned char>(c)];
        if (is(c, kLower) || static_cast<unsigned char>(c) >= 0x80) {  // other alphabets: as letters
            ++lowers;
            low = true;
        } else if (is(c, kUpper)) {
            ++uppers;
            high = true;
        } else if (is(c, kDigit)) {
            ++digits;
        } else {
            ++others;
        }
        hex = hex && is(c, kAnyHex);
        const int kind = kindOf(c);
        if (i > 0 && kind != last) ++changes;
        last = kind;
        run = i > 0 && text[i - 1] == c ? run + 1 : 1;
        repeats = std::max(repeats, run);
        if (i > 0 && (c == text[i - 1] + 1 || (c == '0' && text[i - 1] == '9'))) ++steps;
    }
    hex = hex && !(low && high) && size > 0;
    double sum = 0;
    for (const auto count : counts) {
        if (count == 0) continue;
        ++distinct;
        sum += plogs()[count];
    }
    if (size > 1) entropy = std::log2(static_cast<double>(size)) - sum / static_cast<double>(size);
}

double expectedEntropy(size_t size, bool hex, double limit) {
    const double most = std::min(std::log2(static_cast<double>(std::max<size_t>(size, 2))), hex ? 4.0 : 6.0);
    return std::min(limit, (hex ? 0.68 : 0.8) * most);
}

bool looksRandom(std::string_view text) {
    const Looks looks(text);
    if (looks.size < 8 || looks.distinct < 5) return false;
    if (looks.steps * 10 > looks.size * 7 || looks.repeats > 5 + looks.size / 16) return false;
    if (looks.digits == 0 && (looks.uppers == 0 || looks.lowers == 0 || looks.size < 20)) return false;
    if (looks.letters() == 0) return false;
    if (looks.entropy < expectedEntropy(looks.size, looks.hex, 3.5)) return false;
    return !looksNatural(text);
}

bool isUuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is(text[i], kAnyHex)) return false;
    }
    return true;
}

static bool isLetter(char c) { return is(c, kLetter) || static_cast<unsigned char>(c) >= 0x80; }

// Does a word of a natural text look like one: letters with a vowel, perhaps a small number behind?
static bool isNaturalWord(std::string_view word) {
    size_t letters = 0, changes = 0, vowels = 0;
    while (letters < word.size() && isLetter(word[letters])) {
        const bool upper = is(word[letters], kUpper);
        if (upper && letters > 0 && is(word[letters - 1], kLower)) ++changes;
        const char c = lower(word[letters]);
        vowels += c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y' ||
                  static_cast<unsigned char>(c) >= 0x80;
        ++letters;
    }
    const size_t rest = word.size() - letters;
    for (size_t i = letters; i < word.size(); ++i) {
        if (!is(word[i], kDigit)) return false;
    }
    if (letters == 0) return rest <= 4;
    if (rest > 4 || letters > 40 || changes * 4 > letters) return false;  // aBcDeF is no camel
    return letters <= 4 || vowels * 6 >= letters;
}

bool looksNatural(std::string_view text) {
    size_t at = 0, words = 0;
    while (at < text.size()) {
        size_t end = at;
        while (end < text.size() && (is(text[end], kDigit) || isLetter(text[end]))) ++end;
        if (end == at) {
            if (!is(text[at], kUnder | kDash | kDot | kPlusSlash | kColon | kSpace)) return false;
            ++at;
            continue;
        }
        if (!isNaturalWord(text.substr(at, end - at))) return false;
        ++words;
        at = end;
    }
    return words > 0;
}

}  // namespace secrets
