#include "extractor.h"

#include <algorithm>
#include <cmath>

namespace injection {
namespace {

// Numbers about the form, in the order of Extractor::structure.
constexpr const char* kStructure[] = {"+length",      "-short",      "?capitals",  "?shouted", "+disguised",
                                      "+decoded",     "+invisible",  "+tags",      "?lines",   "?questions",
                                      "?shouts",      "?quotes",     "?colons",    "-code",    "?bullets",
                                      "?pictures",    "?wordlength", "?sentences", "+command", "+persona",
                                      "?placeholder", "+doubt",      "+strong",    "+groups",  "-opening"};
constexpr size_t kStructureCount = std::size(kStructure);

uint32_t ngram(uint32_t hash) { return (hash * 0x9E3779B1U) >> (32 - kNgramBits); }

bool isOf(const Meaning& meaning, size_t one) {
    return std::find(meaning.classes.begin(), meaning.classes.end(), one) != meaning.classes.end();
}

float capped(float value, float most) { return std::min(value, most) / most; }

}  // namespace

std::vector<FeatureName> featureNames(const Lexicon& lexicon) {
    std::vector<FeatureName> names;
    for (const auto& one : lexicon.classes()) {
        names.push_back({"class." + one.name + ".some", one.sign});
        names.push_back({"class." + one.name + ".many", one.sign});
    }
    for (const auto& group : lexicon.groups()) {
        names.push_back({"phrase." + group + ".some", '+'});
        names.push_back({"phrase." + group + ".many", '+'});
    }
    for (const char* one : kStructure) names.push_back({std::string("form.") + (one + 1), one[0]});
    return names;
}

Extractor::Extractor(const Lexicon& lexicon, WindowSink& sink, uint32_t half)
    : lexicon_(lexicon),
      sink_(sink),
      half_(half),
      matcher_(lexicon),
      taken_((1U << kNgramBits) / 64),
      question_(lexicon.classIndex("ask")),
      you_(lexicon.classIndex("you")),
      must_(lexicon.classIndex("must")),
      act_(lexicon.classIndex("act")) {
    for (auto& block : blocks_) {
        block.classes.resize(lexicon.classes().size());
        block.groups.resize(lexicon.groups().size());
        block.strongest.resize(lexicon.groups().size());
        block.ngrams.reserve(kBlockWords * 3);
    }
    window_.dense.resize((lexicon.classes().size() + lexicon.groups().size()) * 2 + kStructureCount);
    window_.ngrams.reserve(size_t{kBlockWords} * 6);
}

void Extractor::extract(std::string_view text) {
    read(text, lexicon_, *this, marks_);
    if (blocks_[1].words > 0 || !closed_) close();
}

void Extractor::word(const Word& word) {
    Block& block = blocks_[1];
    if (last_hash_ == 0 && word.meaning != nullptr) opening_ = isOf(*word.meaning, question_) ? 1.0F : 0.0F;
    ++block.words;
    block.letters += word.length;
    block.capitals += word.capital ? 1 : 0;
    block.shouted += word.shouted ? 1 : 0;
    block.disguised += word.disguised ? 1 : 0;
    block.decoded += word.decoded ? 1 : 0;
    block.marks += word.mark ? 1 : 0;
    if (word.meaning != nullptr)
        for (const auto one : word.meaning->classes) ++block.classes[one];
    block.ngrams.push_back(ngram(word.hash));
    if (word.length > 5) block.ngrams.push_back(ngram(word.stem + 0x5BD1E995U));
    block.ngrams.push_back(ngram(last_hash_ * 31 + word.hash));
    last_hash_ = word.hash;
    matcher_.word(
        word, [&](uint16_t pattern, size_t, size_t) { ++block.groups[lexicon_.patterns()[pattern].group]; });
    if (block.words < half_) return;
    if (blocks_[0].words > 0) return close();
    block.seen = marks_;
    std::swap(blocks_[0], blocks_[1]);
}

// The window ends here; the next one has the second half of it as its first.
void Extractor::close() {
    closed_ = true;
    blocks_[1].seen = marks_;
    fill(before_);
    sink_.window(window_);
    before_ = blocks_[0].seen;
    std::swap(blocks_[0], blocks_[1]);
    Block& next = blocks_[1];
    std::fill(next.classes.begin(), next.classes.end(), 0);
    std::fill(next.groups.begin(), next.groups.end(), 0);
    std::fill(next.strongest.begin(), next.strongest.end(), 0.0F);
    next.ngrams.clear();
    next.words = next.capitals = next.shouted = next.disguised = next.decoded = next.letters = next.marks = 0;
}

void Extractor::fill(const Marks& before) {
    const auto words = static_cast<float>(std::max(1U, sum(&Block::words)));
    auto out = window_.dense.begin();
    for (size_t i = 0; i < lexicon_.classes().size(); ++i) {
        const auto count = static_cast<float>(blocks_[0].classes[i] + blocks_[1].classes[i]);
        *out++ = capped(count, 4);
        *out++ = capped(count / words, 0.1F);
    }
    for (size_t i = 0; i < lexicon_.groups().size(); ++i) {
        const auto count = static_cast<float>(blocks_[0].groups[i] + blocks_[1].groups[i]);
        *out++ = capped(count, 1);
        *out++ = capped(count, 6);
    }
    structure(before, words, out);
    window_.ngrams.clear();
    for (const auto& block : blocks_) {
        for (const uint32_t one : block.ngrams) {
            uint64_t& bits = taken_[one / 64];
            if ((bits >> one % 64 & 1) != 0) continue;
            bits |= uint64_t{1} << one % 64;
            window_.ngrams.push_back(one);
        }
    }
    for (const uint32_t one : window_.ngrams) taken_[one / 64] = 0;
}

void Extractor::structure(const Marks& before, float words, std::vector<float>::iterator out) {
    const auto mark = [&](uint32_t Marks::*member) {
        return static_cast<float>(marks_.*member - before.*member);
    };
    const auto word = [&](uint32_t Block::*member) { return static_cast<float>(sum(member)); };
    const auto many = [&](size_t i) {
        return static_cast<float>(blocks_[0].classes[i] + blocks_[1].classes[i]) / words;
    };
    const float you = many(you_);
    *out++ = std::log2(words) / 8.6F;
    *out++ = words < 16 ? 1.0F : 0.0F;
    *out++ = word(&Block::capitals) / words;
    *out++ = capped(word(&Block::shouted) / words, 0.2F);
    *out++ = capped(word(&Block::disguised), 4);
    *out++ = capped(word(&Block::decoded), 6);
    *out++ = capped(mark(&Marks::invisible), 8);
    *out++ = capped(std::max(0.0F, mark(&Marks::tags) - 8), 10);
    *out++ = capped(mark(&Marks::lines) / words, 0.2F);
    *out++ = capped(mark(&Marks::questions) / words, 0.1F);
    *out++ = capped(mark(&Marks::shouts) / words, 0.1F);
    *out++ = capped(mark(&Marks::quotes) / words, 0.1F);
    *out++ = capped(mark(&Marks::colons) / words, 0.1F);
    *out++ = capped(mark(&Marks::code) / words, 0.2F);
    *out++ = capped(mark(&Marks::bullets) / words, 0.1F);
    *out++ = capped(mark(&Marks::pictures), 4);
    *out++ = capped(word(&Block::letters) / words, 8);
    *out++ = capped(mark(&Marks::sentences) / words, 0.2F);
    *out++ = capped(you * many(must_), 0.004F);
    *out++ = capped(you * many(act_), 0.002F);
    *out++ = capped(word(&Block::marks) / words, 0.1F);
    phrases(out);
    *out++ = opening_;
}

// All phrases together: what is left of the doubt, the strongest, and how many groups there are.
void Extractor::phrases(std::vector<float>::iterator& out) {
    float left = 1;
    float strongest = 0;
    float groups = 0;
    for (size_t i = 0; i < lexicon_.groups().size(); ++i) {
        const float strength = std::max(blocks_[0].strongest[i], blocks_[1].strongest[i]);
        left *= 1 - strength;
        strongest = std::max(strongest, strength);
        groups += strength > 0 ? 1.0F : 0.0F;
    }
    *out++ = window_.doubt = 1 - left;
    *out++ = strongest;
    *out++ = capped(groups, 8);
}

}  // namespace injection
