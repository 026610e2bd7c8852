#include "characters.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace lua_policy {
namespace {

// The character at `at`, which moves behind it. A byte that begins none is U+FFFD.
uint32_t take(std::string_view text, size_t& at) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(at);
    const size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (size == 1) return text[at++];
    if (size == 0 || at + size > text.size()) {
        ++at;
        return 0xFFFD;
    }
    uint32_t c = first & (0x7Fu >> size);
    for (size_t i = 1; i < size; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) {
            ++at;
            return 0xFFFD;
        }
        c = c << 6 | (byte(at + i) & 0x3F);
    }
    at += size;
    return c;
}

void append(uint32_t c, std::string& out) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | c >> 12);
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | c >> 18);
        out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

bool invisible(uint32_t c) {
    return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || c == 0x180E || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0xE0000 && c <= 0xE007F);
}

bool blank(uint32_t c) {
    return c == ' ' || c == '\t' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

uint32_t lower(uint32_t c) {
    if (c >= 'A' && c <= 'Z') return c + 32;
    if (c >= 0xFF01 && c <= 0xFF5E) return lower(c - 0xFEE0);  // full width
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F) return c + 80;
    if (c >= 0x100 && c <= 0x17F && c % 2 == 0 && c != 0x130 && c != 0x138) return c + 1;
    return c;
}

// Letters of other scripts that look like a Latin one, in lower case.
uint32_t lookalike(uint32_t c) {
    struct Pair {
        uint32_t from;
        char to;
    };
    static constexpr Pair kPairs[] = {
        {0x3B1, 'a'}, {0x3B5, 'e'}, {0x3B9, 'i'}, {0x3BA, 'k'}, {0x3BD, 'v'}, {0x3BF, 'o'}, {0x3C1, 'p'},
        {0x3C4, 't'}, {0x3C5, 'u'}, {0x3C7, 'x'}, {0x430, 'a'}, {0x435, 'e'}, {0x43A, 'k'}, {0x43E, 'o'},
        {0x440, 'p'}, {0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'}, {0x455, 's'}, {0x456, 'i'},
        {0x458, 'j'}, {0x4BB, 'h'}, {0x501, 'd'}, {0x131, 'i'}, {0x261, 'g'}};
    for (const auto& pair : kPairs) {
        if (pair.from == c) return static_cast<uint32_t>(pair.to);
    }
    return c;
}

// What a word folds to: if it mixes Latin letters with letters that look like such, it was written to
// deceive.
void appendWord(const std::string& word, bool latin, bool other, std::string& out) {
    if (!latin || !other) {
        out += word;
        return;
    }
    for (size_t at = 0; at < word.size();) append(lookalike(take(word, at)), out);
}

enum Script : uint8_t {
    kLatin,
    kCyrillic,
    kGreek,
    kHan,
    kKana,
    kHangul,
    kArabic,
    kHebrew,
    kDevanagari,
    kThai,
    kOther,
    kScripts
};
constexpr std::array<const char*, kScripts> kScriptNames = {
    "latin", "cyrillic", "greek", "han", "kana", "hangul", "arabic", "hebrew", "devanagari", "thai", "other"};

int scriptOfLetter(uint32_t c) {
    const auto in = [c](uint32_t from, uint32_t to) { return c >= from && c <= to; };
    if (c < 0x80) return in('a', 'z') || in('A', 'Z') ? kLatin : -1;
    if (in(0xC0, 0x24F) && c != 0xD7 && c != 0xF7) return kLatin;
    if (in(0x370, 0x3FF)) return kGreek;
    if (in(0x400, 0x52F)) return kCyrillic;
    if (in(0x590, 0x5FF)) return kHebrew;
    if (in(0x600, 0x6FF) || in(0x750, 0x77F)) return kArabic;
    if (in(0x900, 0x97F)) return kDevanagari;
    if (in(0xE00, 0xE7F)) return kThai;
    if (in(0x1100, 0x11FF) || in(0xAC00, 0xD7AF)) return kHangul;
    if (in(0x3040, 0x30FF)) return kKana;
    if (in(0x3400, 0x4DBF) || in(0x4E00, 0x9FFF) || in(0x20000, 0x2FA1F)) return kHan;
    if (in(0x1E00, 0x1EFF)) return kLatin;
    return in(0x2000, 0x2BFF) || in(0x3000, 0x303F) || in(0xFE00, 0xFFFF) || in(0x80, 0xBF) || c >= 0x1F000
               ? -1
               : static_cast<int>(kOther);
}

std::array<size_t, kScripts> countScripts(std::string_view text) {
    std::array<size_t, kScripts> counts{};
    for (size_t at = 0; at < text.size();) {
        const int script = scriptOfLetter(take(text, at));
        if (script >= 0) ++counts[static_cast<size_t>(script)];
    }
    return counts;
}

}  // namespace

std::string fold(std::string_view text) {
    std::string out, word;
    bool latin = false, other = false, gap = false;
    out.reserve(text.size());
    const auto flush = [&] {
        appendWord(word, latin, other, out);
        word.clear();
        latin = other = false;
    };
    for (size_t at = 0; at < text.size();) {
        const uint32_t c = lower(take(text, at));
        if (invisible(c)) continue;
        if (blank(c)) {
            flush();
            if (!gap) out += ' ';
            gap = true;
            continue;
        }
        gap = false;
        const int script = scriptOfLetter(c);
        if (script < 0) {
            flush();
            append(c, out);
            continue;
        }
        latin = latin || script == kLatin;
        other = other || lookalike(c) != c;
        append(c, word);
    }
    flush();
    return out;
}

std::pair<const char*, double> scriptOf(std::string_view text) {
    const auto counts = countScripts(text);
    size_t total = 0;
    for (const size_t count : counts) total += count;
    if (total == 0) return {"none", 0};
    const auto most = std::max_element(counts.begin(), counts.end());
    return {kScriptNames[static_cast<size_t>(most - counts.begin())],
            static_cast<double>(*most) / static_cast<double>(total)};
}

const char* languageOf(std::string_view text) {
    const auto counts = countScripts(text);
    const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
    if (counts[static_cast<size_t>(most)] == 0) return nullptr;
    if (counts[kKana] * 10 > counts[kHan] && counts[kKana] > 0 && (most == kKana || most == kHan))
        return "ja";
    static constexpr std::array<const char*, kScripts> kByScript = {nullptr, "ru", "el", "zh", "ja",   "ko",
                                                                    "ar",    "he", "hi", "th", nullptr};
    if (most != kLatin) return kByScript[static_cast<size_t>(most)];
    // The commonest words that the others do not have.
    struct Language {
        const char* name;
        std::string_view words;
    };
    static constexpr Language kLanguages[] = {
        {"en",
         " the and of to is that it you for with this what how are on be not have my please can write from "},
        {"de",
         " der die das und ist nicht ich ein eine zu mit für auf den dem wie was sie wir bitte kann von im "
         "sind auch "},
        {"fr",
         " le les des et est une du que pour dans pas vous qui sur je avec ce il nous quoi comment sont au "
         "cette "},
        {"es",
         " el los las y es una que por para con del se lo como más pero esta qué cómo son muy su mi hay "},
        {"it",
         " il gli di che è una per non con del della sono come ma più questo questa cosa anche mi al nel "
         "ho "},
        {"pt",
         " o os as e é uma que para não com do da em por como mais mas você está são ao isso meu muito "},
        {"nl",
         " het een van en is dat niet voor met zijn op te ik je wat hoe maar ook aan naar kan deze wij er "}};
    std::array<size_t, std::size(kLanguages)> hits{};
    const std::string folded = fold(text);
    for (size_t at = 0; at < folded.size();) {
        size_t end = at;
        while (end < folded.size() && (static_cast<unsigned char>(folded[end]) >= 0x80 ||
                                       (folded[end] >= 'a' && folded[end] <= 'z')))
            ++end;
        if (end > at && end - at <= 12) {
            const std::string word = " " + folded.substr(at, end - at) + " ";
            for (size_t i = 0; i < hits.size(); ++i)
                hits[i] += kLanguages[i].words.find(word) != std::string_view::npos;
        }
        at = end + 1;
    }
    const auto best = std::max_element(hits.begin(), hits.end());
    const auto equal = std::count(hits.begin(), hits.end(), *best);
    return *best >= 2 && equal == 1 ? kLanguages[best - hits.begin()].name : nullptr;
}

}  // namespace lua_policy
