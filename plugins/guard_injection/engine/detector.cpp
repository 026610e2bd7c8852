#include "detector.h"

#include <algorithm>
#include <cmath>

namespace injection {
namespace {

// Of a document: an instruction in it is a sentence or two, which must not be outvoted. Phrases count more,
// and the bias puts the threshold at 0.5.
constexpr uint32_t kHalf = 12;
constexpr float kDoubt = 2;
constexpr float kBias = 0.2F;
constexpr uint32_t kHiddenLetters = 16;  // fewer may be flags

class Worst final : public WindowSink {
public:
    Worst(const Model& model, float doubt, float bias) : model_(model), doubt_(doubt), bias_(bias) {}
    void window(const Window& window) override {
        logit_ = std::max(logit_, model_.logit(window) + doubt_ * window.doubt + bias_);
    }
    double score() const { return 1 / (1 + std::exp(-static_cast<double>(logit_))); }

private:
    const Model& model_;
    const float doubt_, bias_;
    float logit_ = -1e3F;
};

class Collector final : public WordSink {
public:
    explicit Collector(const Lexicon& lexicon) : lexicon_(lexicon), matcher_(lexicon) {}

    void word(const Word& word) override {
        matcher_.word(word, [&](uint16_t index, size_t begin, size_t end) {
            const Pattern& pattern = lexicon_.patterns()[index];
            if (pattern.strength < 0.5F || end - begin > kPhraseMax) return;
            all.push_back({begin, end, pattern.entity, pattern.strength});
        });
    }
    std::vector<sluice::Finding> all;

private:
    const Lexicon& lexicon_;
    Matcher matcher_;
};

bool before(const sluice::Finding& a, const sluice::Finding& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : a.score > b.score;
}

bool stronger(const sluice::Finding& a, const sluice::Finding& b) {
    return a.score != b.score ? a.score > b.score : before(a, b);
}

}  // namespace

double Detector::score(std::string_view text) const {
    Worst worst(model_, 0, 0);
    Extractor(lexicon_, worst).extract(text);
    return worst.score();
}

double Detector::scoreIndirect(std::string_view text) const {
    Worst worst(model_, kDoubt, kBias);
    Extractor extractor(lexicon_, worst, kHalf);
    extractor.extract(text);
    // Letters that nobody sees are no accident in a document.
    return extractor.marks().tags > kHiddenLetters ? std::max(worst.score(), kIndirectThreshold)
                                                   : worst.score();
}

// Of phrases that overlap the strongest stays; one that is overlapped by a stronger one goes, whether that
// stays or not: what is found then depends on the bytes nearby alone.
void Phrases::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    Collector collector(lexicon_);
    Marks marks;
    read(text, lexicon_, collector, marks);
    auto& all = collector.all;
    std::sort(all.begin(), all.end(), before);
    const auto same = [](const auto& a, const auto& b) { return a.begin == b.begin && a.end == b.end; };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
    size_t behind = 0;  // of those before it, the first that may overlap
    for (size_t i = 0; i < all.size(); ++i) {
        while (all[behind].begin + kPhraseMax <= all[i].begin) ++behind;
        bool stays = all[i].begin >= from;
        for (size_t j = behind; stays && j < all.size() && all[j].begin < all[i].end; ++j)
            stays = j == i || all[j].end <= all[i].begin || stronger(all[i], all[j]);
        if (stays) found.push_back(all[i]);
    }
}

}  // namespace injection
