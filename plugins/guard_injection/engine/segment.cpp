#include "segment.h"

#include <algorithm>

namespace injection {
namespace {

constexpr uint32_t kStem = 5;
constexpr size_t kWordMin = 3;
constexpr size_t kWordMax = 16;

}  // namespace

void Spelling::add(uint32_t raw, char looks) {
    State& s = state_;
    s.raw = hashed(s.raw, raw);
    s.looks = hashed(s.looks, static_cast<uint8_t>(looks));
    if (s.length < kStem) s.raw_stem = s.raw, s.looks_stem = s.looks;
    if (s.length < kLettersMax) letters_[s.length] = looks;
    ++s.length;
}

void Spelling::letter(const Char& c) {
    if (state_.length == 0) state_.capital = c.upper;
    state_.capitals += c.upper ? 1 : 0;
    state_.latin = state_.latin && c.ascii != 0;
    state_.plain = state_.plain || (c.ascii != 0 && !c.disguised);
    state_.foreign = state_.foreign || c.disguised;
    const char digit = leet(c.raw);
    add(c.raw, digit != 0 && c.ascii <= '9' ? digit : c.ascii);
}

void Spelling::sign(char letter) { add(static_cast<uint8_t>(letter), letter); }

void Spelling::tag(char ascii) {
    const auto low = kPlain[static_cast<uint8_t>(ascii)];
    add(low, static_cast<char>(low));
}

void Spelling::keep() { kept_ = state_; }
void Spelling::restore() { state_ = kept_; }

void Spelling::into(Word& word, const Lexicon& lexicon) const {
    const State& s = state_;
    word.length = s.length;
    word.capital = s.capital;
    word.shouted = s.length > 1 && s.capitals == s.length;
    word.hash = s.raw;
    word.stem = s.raw_stem;
    word.meaning = lexicon.find(s.raw);
    if (s.length == 1 && s.latin && letters_[0] >= 'a') word.letter = letters_[0];
    if (word.meaning != nullptr || !s.latin || s.looks == s.raw) return;
    const Meaning* meaning = lexicon.find(s.looks);
    if (meaning == nullptr && !(s.plain && s.foreign)) return;
    word.hash = s.looks;
    word.stem = s.looks_stem;
    word.meaning = meaning;
    word.disguised = true;
}

bool Spelling::apart(const Lexicon& lexicon, WordSink& sink, Singles& singles, Word whole) const {
    if (!state_.latin || lexicon.find(state_.raw) != nullptr) return false;
    const std::string_view letters(letters_.data(), std::min(state_.length, kLettersMax));
    const auto walk = [&](auto found) {
        for (size_t at = 0; at < letters.size();) {
            Word word = whole;
            const size_t length = longestWord(letters.substr(at), lexicon, word);
            if (length > 0) found(word);
            at += std::max<size_t>(length, 1);
        }
    };
    size_t covered = 0;
    size_t words = 0;
    walk([&](const Word& word) { covered += word.length, ++words; });
    if (words < 2 || covered * 10 < letters.size() * 6) return false;
    singles.flush();
    walk([&](const Word& word) { sink.word(word); });
    return true;
}

bool Singles::take(const Word& word) {
    if (count_ > 0 && word.begin > words_[count_ - 1].end + kGapMax) release();
    if (count_ == kHeld) {
        long_run_ = true;
        const size_t done = segment(kHeld - kWordMax);
        std::move(words_.begin() + static_cast<ptrdiff_t>(done), words_.end(), words_.begin());
        count_ = kHeld - done;
    }
    words_[count_++] = word;
    return true;
}

void Singles::release() {
    if (count_ >= kRunMin || long_run_) {
        segment(count_);
    } else {
        for (size_t i = 0; i < count_; ++i) sink_.word(words_[i]);
    }
    count_ = 0;
    long_run_ = false;
}

// The words that begin in the first `upto` of those held; where the last of them ends.
size_t Singles::segment(size_t upto) {
    std::array<char, kHeld> letters{};
    for (size_t i = 0; i < count_; ++i) letters[i] = words_[i].letter;
    size_t at = 0;
    while (at < upto) {
        Word word = words_[at];
        const size_t length = longestWord({letters.data() + at, count_ - at}, lexicon_, word);
        if (length > 0) {
            word.end = words_[at + length - 1].end;
            word.letter = 0;
            sink_.word(word);
        }
        at += std::max<size_t>(length, 1);
    }
    return at;
}

size_t longestWord(std::string_view letters, const Lexicon& lexicon, Word& found) {
    uint32_t hash = kHashSeed;
    uint32_t stem = kHashSeed;
    size_t longest = 0;
    const size_t most = std::min(letters.size(), kWordMax);
    for (size_t i = 0; i < most; ++i) {
        hash = hashed(hash, static_cast<uint8_t>(letters[i]));
        if (i < kStem) stem = hash;
        if (i + 1 < kWordMin) continue;
        const Meaning* meaning = lexicon.find(hash);
        if (meaning == nullptr) continue;
        longest = i + 1;
        found.hash = hash;
        found.stem = stem;
        found.meaning = meaning;
        found.length = static_cast<uint32_t>(longest);
        found.disguised = true;
    }
    return longest;
}

}  // namespace injection
