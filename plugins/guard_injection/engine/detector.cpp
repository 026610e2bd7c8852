#include "detector.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace injection {
namespace {

constexpr uint32_t kIndirectWords = 48;

class Worst final : public WindowSink {
public:
    explicit Worst(const Model& model) : model_(model) {}
    void window(const Window& window) override { logit_ = std::max(logit_, model_.logit(window)); }
    double score() const { return 1 / (1 + std::exp(-static_cast<double>(logit_))); }

private:
    const Model& model_;
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

// Phrases of 48 words, each with what is left of the doubt: two of 0.5 make 0.75. A group counts once.
class Doubt final : public WordSink {
public:
    explicit Doubt(const Lexicon& lexicon)
        : lexicon_(lexicon), matcher_(lexicon), groups_(lexicon.groups().size()) {}

    void word(const Word& word) override {
        if (++words_ % (kIndirectWords / 2) == 0) turn();
        matcher_.word(word, [&](uint16_t index, size_t, size_t) {
            const Pattern& pattern = lexicon_.patterns()[index];
            auto& strongest = groups_[pattern.group];
            for (size_t half = 0; half < 2; ++half) {
                if (pattern.strength <= strongest[half]) continue;
                left_[half] *= (1 - pattern.strength) / (1 - strongest[half]);
                strongest[half] = pattern.strength;
            }
            worst_ = std::max(worst_, 1 - left_[0]);
        });
    }
    // Letters that nobody sees are no accident in a document.
    double score(const Marks& marks) const {
        const float hidden = marks.tags > 16 ? 0.5F : marks.invisible > 64 ? 0.2F : 0;
        return 1 - (1 - static_cast<double>(worst_)) * (1 - static_cast<double>(hidden));
    }

private:
    // What was the second half of the words that count is now the first.
    void turn() {
        for (auto& strongest : groups_) strongest = {strongest[1], 0};
        left_ = {left_[1], 1};
    }

    const Lexicon& lexicon_;
    Matcher matcher_;
    std::vector<std::array<float, 2>> groups_;
    std::array<float, 2> left_{1, 1};
    float worst_ = 0;
    uint32_t words_ = 0;
};

bool before(const sluice::Finding& a, const sluice::Finding& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : a.score > b.score;
}

bool stronger(const sluice::Finding& a, const sluice::Finding& b) {
    return a.score != b.score ? a.score > b.score : before(a, b);
}

}  // namespace

double Detector::score(std::string_view text) const {
    Worst worst(model_);
    Extractor(lexicon_, worst).extract(text);
    return worst.score();
}

double Detector::scoreIndirect(std::string_view text) const {
    Doubt doubt(lexicon_);
    Marks marks;
    read(text, lexicon_, doubt, marks);
    return doubt.score(marks);
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
