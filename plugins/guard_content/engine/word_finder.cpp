#include "word_finder.h"

#include <algorithm>
#include <array>

#include "fold.h"

namespace guard_content {

namespace {

constexpr char kSeparator = ' ';

/// The letter at `at` if a digit or sign there is to be read as one: signs only in front of a letter or
/// digit, or "wow!" would not be "wow".
char disguisedLetter(std::string_view text, size_t at) {
    const char letter = leetLetter(text[at]);
    if (!letter || isAsciiWord(text[at])) return letter;
    return at + 1 < text.size() && isAsciiWord(text[at + 1]) ? letter : 0;
}

FoldedChar charAt(std::string_view text, size_t at, Disguise disguise) {
    const char letter = disguise == Disguise::Leet ? disguisedLetter(text, at) : 0;
    if (!letter) return foldChar(text, at);
    FoldedChar out;
    out.kind = CharKind::Word;
    out.folded_size = 1;
    out.folded[0] = letter;
    return out;
}

// " kill yourself ", as a text with only this phrase in it goes through the automaton.
std::string symbolsOf(std::string_view phrase, Disguise disguise) {
    std::string out(1, kSeparator);
    for (size_t at = 0; at < phrase.size();) {
        const FoldedChar c = charAt(phrase, at, disguise);
        at += c.length;
        if (c.kind == CharKind::Nothing) continue;
        if (c.kind != CharKind::Word && out.back() != kSeparator) out += kSeparator;
        out.append(c.folded, c.folded_size);
        if (c.kind == CharKind::Alone) out += kSeparator;
    }
    if (out.back() != kSeparator) out += kSeparator;
    return out;
}

}  // namespace

bool WordFinder::foldable(std::string_view phrase) {
    const auto symbols = symbolsOf(phrase, Disguise::None);
    return symbols.size() > 1 && symbols.size() <= kPhraseBytesMax + 2;
}

WordFinder::WordFinder(const std::vector<Phrase>& phrases, Disguise disguise) : disguise_(disguise) {
    std::vector<std::string> patterns;
    size_t longest = 0;
    for (const Phrase& phrase : phrases) {
        std::string symbols = symbolsOf(phrase.text, disguise);
        const bool usable = symbols.size() > 1 && symbols.size() <= kPhraseBytesMax + 2;
        if (!usable) symbols = std::string(1, '\0');  // stands for nothing: no folded text has it
        if (usable && !phrase.whole_words) {
            symbols = symbols.substr(1, symbols.size() - 2);
            only_whole_ = false;
        }
        lengths_.push_back(usable ? static_cast<uint16_t>(symbols.size()) : 0);
        whole_.push_back(phrase.whole_words);
        longest = std::max(longest, symbols.size());
        if (usable) usual_length_ = std::max(usual_length_, phrase.text.size());
        patterns.push_back(std::move(symbols));
    }
    automaton_ = Automaton(patterns);
    after_separator_ = automaton_.step(Automaton::kRoot, kSeparator);
    reach_ = longest * (4 + kGapBytesMax);
}

// One pass over a text. The positions of the last symbols are kept, so that a match knows where it began.
class WordFinder::Scan {
public:
    Scan(const WordFinder& finder, std::string_view text, std::vector<WordHit>& hits)
        : finder_(finder), text_(text), hits_(hits), state_(finder.after_separator_) {
        put(0);
        separated_ = true;
    }

    void run() {
        const bool plain = finder_.disguise_ == Disguise::None;
        while (at_ < text_.size()) {
            if (state_ == Automaton::kRoot && finder_.only_whole_) skipWord();
            if (at_ >= text_.size()) break;
            const unsigned char folded = plain ? kAsciiFold[static_cast<unsigned char>(text_[at_])] : 0;
            if (folded) {
                if (gap_ > 0) endGap();
                put(at_++);
                step(folded);
            } else {
                other();
            }
        }
        separate(at_);
    }

private:
    // The rest of a word that cannot be in any phrase.
    void skipWord() {
        if (gap_ > 0) return;
        while (at_ < text_.size() && kAsciiFold[static_cast<unsigned char>(text_[at_])]) ++at_;
    }

    void other() {
        const char first = text_[at_];
        if (static_cast<unsigned char>(first) < 0x80 && finder_.disguise_ == Disguise::None)
            return gap(1, true);
        const FoldedChar c = charAt(text_, at_, finder_.disguise_);
        if (c.kind == CharKind::Nothing) return gap(c.length, false);
        if (c.kind == CharKind::Separator) return gap(c.length, true);
        if (gap_ > 0) endGap();
        if (c.kind == CharKind::Alone) separate(at_);
        const size_t begin = at_;
        at_ += c.length;
        for (uint8_t i = 0; i < c.folded_size; ++i) {
            put(begin);
            step(static_cast<unsigned char>(c.folded[i]));
        }
        if (c.kind == CharKind::Alone) separate(at_);
    }

    void gap(size_t length, bool separates) {
        if (gap_ + length > kGapBytesMax) separate(at_ - gap_);  // too wide to belong to the word before it
        if (separates) separate(at_);
        at_ += length;
        gap_ += length;
    }

    void endGap() {
        if (gap_ > kGapBytesMax) state_ = finder_.after_separator_;  // what follows begins anew
        gap_ = 0;
    }

    void separate(size_t at) {
        if (separated_) return;
        ++words_;
        put(at);
        state_ = finder_.automaton_.step(state_, kSeparator);
        if (state_ & Automaton::kMatch) report(at);
        separated_ = true;
    }

    void put(size_t at) {
        places_[count_++ % places_.size()] = static_cast<uint32_t>(at);
        separated_ = false;
    }

    void step(unsigned char symbol) {
        state_ = finder_.automaton_.step(state_, symbol);
        if (state_ & Automaton::kMatch) report(at_);
    }

    void report(size_t end) {
        finder_.automaton_.matches(state_, [&](uint32_t phrase) {
            const size_t length = finder_.lengths_[phrase];
            if (length == 0) return;
            const size_t first = count_ - length + (finder_.whole_[phrase] ? 1 : 0);  // past its separator
            hits_.push_back({places_[first % places_.size()], static_cast<uint32_t>(end), words_, phrase});
        });
    }

    const WordFinder& finder_;
    std::string_view text_;
    std::vector<WordHit>& hits_;
    uint32_t state_;
    size_t at_ = 0;
    size_t gap_ = 0;    // bytes since the last symbol that were none
    size_t count_ = 0;  // symbols so far
    uint32_t words_ = 0;
    bool separated_ = true;               // the last symbol was a separator
    std::array<uint32_t, 256> places_{};  // where the last symbols stand
};

void WordFinder::find(std::string_view text, std::vector<WordHit>& hits) const {
    if (empty()) return;
    Scan(*this, text, hits).run();
}

}  // namespace guard_content
