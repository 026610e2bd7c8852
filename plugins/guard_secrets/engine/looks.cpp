#include "looks.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace secrets {

namespace {

constexpr size_t kJudged = 256;

// What the n-th of one byte adds to the sum of n * log2(n) over all bytes: the entropy of a text follows from
// it.
const std::array<float, kJudged + 1>& entropySteps() {
    static const auto table = [] {
        std::array<float, kJudged + 1> made{};
        for (size_t n = 1; n <= kJudged; ++n) {
            const auto count = static_cast<double>(n);
            made[n] = static_cast<float>(count * std::log2(count) -
                                         (n > 1 ? (count - 1) * std::log2(count - 1) : 0));
        }
        return made;
    }();
    return table;
}

// What a byte counts as: 0 lower, 1 upper, 2 digit, 3 other; 4 for hexadecimal digits besides.
constexpr auto kKinds = [] {
    std::array<uint8_t, 256> kinds{};
    for (size_t c = 0; c < kinds.size(); ++c) {
        const Class any = kClasses[c];
        const bool letter = (any & kLower) != 0 || c >= 0x80;  // other alphabets: as letters
        kinds[c] = letter ? 0 : (any & kUpper) != 0 ? 1 : (any & kDigit) != 0 ? 2 : 3;
        if ((any & kAnyHex) != 0) kinds[c] |= 4;
    }
    return kinds;
}();

}  // namespace

Looks::Looks(std::string_view text) {
    text = text.substr(0, kJudged);
    size = text.size();
    const auto& step = entropySteps();
    std::array<uint16_t, 256> counts{};
    std::array<size_t, 4> kinds_seen{};
    size_t run = 0, hex_digits = 0;
    float sum = 0;
    unsigned last = 256, last_kind = 4;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const unsigned kind = kKinds[byte] & 3U;
        hex_digits += kKinds[byte] >> 2;
        ++kinds_seen[kind];
        const uint16_t count = ++counts[byte];
        distinct += count == 1;
        sum += step[count];
        changes += kind != last_kind;
        steps += byte == last + 1 || (byte == '0' && last == '9');
        run = byte == last ? run + 1 : 1;
        repeats = std::max(repeats, run);
        last = byte;
        last_kind = kind;
    }
    if (size > 0) --changes;  // the first is none
    lowers = kinds_seen[0];
    uppers = kinds_seen[1];
    digits = kinds_seen[2];
    others = kinds_seen[3];
    hex = size > 0 && hex_digits == size && (lowers == 0 || uppers == 0);
    if (size > 1)
        entropy = std::log2(static_cast<double>(size)) - static_cast<double>(sum) / static_cast<double>(size);
}

double expectedEntropy(size_t size, bool hex, double limit) {
    const double most = std::min(std::log2(static_cast<double>(std::max<size_t>(size, 2))), hex ? 4.0 : 6.0);
    return std::min(limit, (hex ? 0.68 : 0.8) * most);
}

bool looksRandom(std::string_view text) {
    const Looks looks(text);
    if (looks.size < 8 || looks.distinct < 5) return false;
    if (looks.steps * 10 > looks.size * 7 || looks.repeats > 5 + looks.size / 16) return false;
    if (looks.letters() == 0) return false;
    if (looks.digits == 0)  // many changes of case are no words
        return looks.uppers > 0 && looks.lowers > 0 && looks.size >= 20 && looks.changes * 3 >= looks.size;
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
        if (letters > 0 && upper != is(word[letters - 1], kUpper)) ++changes;
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
    if (rest > 4 || letters > 40 || changes * 3 > letters + 3) return false;  // aBcDeF is no camel
    return letters <= 4 || vowels * 6 >= letters;
}

bool looksNatural(std::string_view text) {
    size_t at = 0, words = 0;
    while (at < text.size()) {
        size_t end = at;
        while (end < text.size() && (is(text[end], kDigit) || isLetter(text[end]))) ++end;
        if (end == at) {
            if (!is(text[at], kUnder | kDash | kDot | kPlusSlash | kColon | kSpace | kEquals) &&
                text[at] != '|' && text[at] != ',')
                return false;
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
