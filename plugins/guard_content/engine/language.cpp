#include "language.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "fold.h"
#include "list_fault.h"

namespace guard_content {

namespace {

constexpr size_t kBytesMax = 8192;
constexpr size_t kWordBytesMax = 32;
constexpr size_t kWordsMin = 3;
constexpr double kShareMin = 0.10;  // of its words, and of their weight
constexpr double kLetterWeight = 0.35;

// Scripts of one language each; the others are told apart by words.
struct Script {
    uint32_t first, last;
    std::string_view code;  // empty: several languages
};
constexpr Script kScripts[] = {
    {0x0041, 0x024F, ""},   {0x0370, 0x03FF, "el"}, {0x0400, 0x052F, ""},   {0x0531, 0x058F, "hy"},
    {0x0590, 0x05FF, "he"}, {0x0600, 0x077F, ""},   {0x0900, 0x097F, ""},   {0x0980, 0x09FF, "bn"},
    {0x0A00, 0x0A7F, "pa"}, {0x0A80, 0x0AFF, "gu"}, {0x0B00, 0x0B7F, "or"}, {0x0B80, 0x0BFF, "ta"},
    {0x0C00, 0x0C7F, "te"}, {0x0C80, 0x0CFF, "kn"}, {0x0D00, 0x0D7F, "ml"}, {0x0D80, 0x0DFF, "si"},
    {0x0E00, 0x0E7F, "th"}, {0x0E80, 0x0EFF, "lo"}, {0x1000, 0x109F, "my"}, {0x10A0, 0x10FF, "ka"},
    {0x1200, 0x137F, "am"}, {0x1780, 0x17FF, "km"}, {0x1E00, 0x1EFF, ""},   {0x3040, 0x30FF, "ja"},
    {0x3400, 0x9FFF, "zh"}, {0xAC00, 0xD7AF, "ko"},
};
constexpr size_t kScriptCount = std::size(kScripts);

uint32_t lower(uint32_t c) {
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7)) return c + 32;
    if (c == 0x130) return 'i';
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x218 && c <= 0x21B) ||
        (c >= 0x1E00 && c <= 0x1EFF))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c + (c & 1);
    if (c == 0x1A0 || c == 0x1AF) return c + 1;
    if (c >= 0x410 && c <= 0x42F) return c + 32;
    return c >= 0x400 && c <= 0x40F ? c + 80 : c;
}

void append(std::string& out, uint32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xE0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

bool wordChar(uint32_t c) {
    if (c < 0x80) return isAsciiWord(static_cast<char>(c)) || c == '\'';
    if (c == 0x200C) return true;  // inside of Persian words
    return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x2FFF) &&
           !(c >= 0x3000 && c <= 0x303F) && c < 0x10000 && !(c >= 0xFE00) && c != 0x60C && c != 0x61F &&
           c != 0x6D4 && c != 0x964;
}

}  // namespace

struct Languages::Profiles {
    struct Mark {
        uint8_t language;
        float weight;
    };
    std::vector<std::string> codes;
    std::unordered_map<std::string, std::vector<Mark>> words;
    std::unordered_map<uint32_t, std::vector<Mark>> letters;

    void readLine(std::string_view line, size_t number, const std::string& file) {
        const size_t colon = line.find(':'), bar = line.find('|');
        if (colon == std::string_view::npos || colon == 0 || colon > 3)
            throw ListFault(file, number, "allowed: code, colon, words, bar, letters");
        const auto language = static_cast<uint8_t>(codes.size());
        codes.emplace_back(line.substr(0, colon));
        bool of_words = true;
        for (size_t at = colon + 1; at < line.size();) {
            if (at >= bar) of_words = false;
            const size_t end = std::min(line.find(' ', at), line.size());
            const auto item = line.substr(at, end - at);
            at = end + 1;
            if (item.empty() || item == "|") continue;
            auto& marks = of_words ? words[std::string(item)] : letters[codePointAt(item, 0).value];
            if (marks.empty() || marks.back().language != language) marks.push_back({language, 1});
        }
    }

    // A word that many languages have says little.
    void weigh() {
        for (auto& [word, marks] : words)
            for (auto& mark : marks)
                mark.weight = 1.0F / static_cast<float>(std::sqrt(static_cast<double>(marks.size())));
        for (auto& [letter, marks] : letters)
            for (auto& mark : marks) mark.weight = 1.0F / static_cast<float>(marks.size());
    }
};

// One text: its words, letter by letter.
namespace {

class Reading {
public:
    template <class Word, class Letter>
    void read(std::string_view text, Word word, Letter letter) {
        for (size_t i = 0; i < text.size();) {
            const CodePoint c = codePointAt(text, i);
            i += c.length > 0 ? c.length : 1;
            if (c.length == 0 || !wordChar(c.value)) {
                finish(word);
                continue;
            }
            const uint32_t small = lower(c.value);
            if (c.value != '\'' && !(c.value >= '0' && c.value <= '9')) script(c.value);
            if (c.value >= 0x80) letter(small);
            if (word_.size() < kWordBytesMax) append(word_, small);
        }
        finish(word);
    }

    std::array<size_t, kScriptCount> scripts{};  // letters of each
    size_t words = 0;

private:
    template <class Word>
    void finish(Word word) {
        if (word_.empty()) return;
        ++words;
        word(word_);
        word_.clear();
    }
    void script(uint32_t c) {
        for (size_t s = 0; s < kScriptCount; ++s) {
            if (c >= kScripts[s].first && c <= kScripts[s].last) {
                ++scripts[s];
                return;
            }
        }
    }
    std::string word_;
};

// The language of a script of one language that has most of the letters. Kana next to Han is Japanese.
std::string_view byScript(const std::array<size_t, kScriptCount>& scripts) {
    size_t all = 0, best = 0, kana = 0, han = 0;
    for (size_t s = 0; s < kScriptCount; ++s) {
        // A sign of Chinese or Korean says as much as several letters.
        const bool dense = kScripts[s].code == "zh" || kScripts[s].code == "ja" || kScripts[s].code == "ko";
        if (kScripts[s].code == "ja") kana = scripts[s];
        if (kScripts[s].code == "zh") han = scripts[s];
        const auto weight = [&](size_t i) { return scripts[i] * (dense && i == s ? 3 : 1); };
        all += weight(s);
        if (weight(s) > scripts[best] * (kScripts[best].code == "zh" ? 3 : 1)) best = s;
    }
    if (all == 0 || kScripts[best].code.empty()) return {};
    if (kana > 0 && kana * 6 >= han && kana + han >= scripts[best]) return "ja";
    return kScripts[best].code;
}

}  // namespace

Languages::Languages() : Languages(shippedLanguages(), "languages.txt") {}

Languages::Languages(std::string_view text, const std::string& file) {
    auto profiles = std::make_unique<Profiles>();
    for (size_t number = 1; !text.empty(); ++number) {
        const size_t end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line[0] != '#') profiles->readLine(line, number, file);
    }
    profiles->weigh();
    profiles_ = std::move(profiles);
}

Languages::~Languages() = default;

Languages::Guess Languages::guess(std::string_view text) const {
    std::vector<float> score(profiles_->codes.size());
    std::vector<uint32_t> typical(score.size());
    Reading reading;
    reading.read(
        text.substr(0, kBytesMax),
        [&](const std::string& word) {
            const auto found = profiles_->words.find(word);
            if (found == profiles_->words.end()) return;
            for (const auto& mark : found->second) {
                score[mark.language] += mark.weight;
                ++typical[mark.language];
            }
        },
        [&](uint32_t letter) {
            const auto found = profiles_->letters.find(letter);
            if (found == profiles_->letters.end()) return;
            for (const auto& mark : found->second)
                score[mark.language] += mark.weight * static_cast<float>(kLetterWeight);
        });
    if (const auto code = byScript(reading.scripts); !code.empty()) return {code, 1};
    if (reading.words < kWordsMin) return {};
    const auto best = std::max_element(score.begin(), score.end());
    const auto at = static_cast<size_t>(best - score.begin());
    const double share = static_cast<double>(typical[at]) / static_cast<double>(reading.words);
    const bool sure =
        typical[at] >= 2 && share >= kShareMin && *best >= kShareMin * static_cast<double>(reading.words);
    return sure ? Guess{profiles_->codes[at], std::min(1.0, share)} : Guess{};
}

bool Languages::known(std::string_view code) const {
    const auto& codes = profiles_->codes;
    return std::find(codes.begin(), codes.end(), code) != codes.end() ||
           std::any_of(std::begin(kScripts), std::end(kScripts),
                       [code](const Script& s) { return !code.empty() && s.code == code; });
}

std::string Languages::codes() const {
    std::vector<std::string> all = profiles_->codes;
    for (const Script& script : kScripts)
        if (!script.code.empty()) all.emplace_back(script.code);
    std::sort(all.begin(), all.end());
    std::string out;
    for (const auto& code : all) out += (out.empty() ? "" : ", ") + code;
    return out;
}

}  // namespace guard_content
