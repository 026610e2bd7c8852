#include "leak.h"

#include <algorithm>
#include <array>

#include "reader.h"

namespace injection {
namespace {

constexpr size_t kShingle = 4;        // words
constexpr size_t kWordsMax = 16384;   // of a system prompt
constexpr size_t kShareMin = 9;       // shingles: 12 words
constexpr size_t kBytesPerWord = 16;  // of a row; English has 6

// Gives the shingle that each word ends, and where the words of the row began.
template <class Found>
class Shingles final : public WordSink {
public:
    explicit Shingles(Found found) : found_(found) {}

    void word(const Word& word) override {
        if (word.mark) return;
        hashes_[count_ % kShingle] = word.hash;
        begins_[count_ % kShingle] = word.begin;
        if (++count_ < kShingle) return;
        uint32_t shingle = kHashSeed;
        for (size_t i = 0; i < kShingle; ++i) shingle = hashed(shingle, hashes_[(count_ + i) % kShingle]);
        found_(shingle, begins_[count_ % kShingle], word.end);
    }

private:
    Found found_;
    std::array<uint32_t, kShingle> hashes_{};
    std::array<size_t, kShingle> begins_{};
    size_t count_ = 0;
};

template <class Found>
void eachShingle(std::string_view text, Found found) {
    Shingles<Found> shingles(found);
    Marks marks;
    read(text, Lexicon::builtin(), shingles, marks);
}

}  // namespace

LeakScanner::LeakScanner(LeakOptions options, std::string_view system_prompt) : options_(std::move(options)) {
    eachShingle(system_prompt, [this](uint32_t shingle, size_t, size_t) {
        if (shingles_.size() < kWordsMax) shingles_.push_back(shingle);
    });
    std::sort(shingles_.begin(), shingles_.end());
    shingles_.erase(std::unique(shingles_.begin(), shingles_.end()), shingles_.end());
}

bool LeakScanner::knows(uint32_t shingle) const {
    return std::binary_search(shingles_.begin(), shingles_.end(), shingle);
}

size_t LeakScanner::longest() const {
    return std::max<size_t>(options_.canary.size(), options_.words * kBytesPerWord);
}

void LeakScanner::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    const size_t before = found.size();
    const auto& canary = options_.canary;
    for (size_t at = text.find(canary, from); !canary.empty() && at != std::string_view::npos;
         at = text.find(canary, at + canary.size()))
        found.push_back({at, at + canary.size(), "CANARY", 1});
    if (options_.words < kShingle || shingles_.empty()) return;
    const size_t canaries = found.size();
    uint32_t row = 0;
    size_t row_begin = 0;
    eachShingle(text, [&](uint32_t shingle, size_t begin, size_t end) {
        row = knows(shingle) ? row + 1 : 0;
        if (row == 1) row_begin = begin;
        if (row + kShingle - 1 != options_.words || row_begin < from) return;
        found.push_back({row_begin, std::min(end, row_begin + longest()), "SYSTEM_PROMPT_LEAK", 1});
    });
    if (canaries == before) return;
    // A canary counts more than the words around it.
    const auto first = found.begin() + static_cast<ptrdiff_t>(before);
    const auto middle = found.begin() + static_cast<ptrdiff_t>(canaries);
    const auto touched = [&](const sluice::Finding& leak) {
        return std::any_of(first, middle,
                           [&](const auto& one) { return one.begin < leak.end && leak.begin < one.end; });
    };
    std::vector<sluice::Finding> leaks;
    std::copy_if(middle, found.end(), std::back_inserter(leaks),
                 [&](const auto& leak) { return !touched(leak); });
    found.erase(middle, found.end());
    found.insert(found.end(), leaks.begin(), leaks.end());
    std::sort(found.begin() + static_cast<ptrdiff_t>(before), found.end(),
              [](const auto& a, const auto& b) { return a.begin < b.begin; });
}

double LeakScanner::share(std::string_view answer) const {
    if (shingles_.size() < kShareMin) return 0;
    std::vector<uint32_t> said;
    eachShingle(answer, [&](uint32_t shingle, size_t, size_t) {
        if (knows(shingle)) said.push_back(shingle);
    });
    std::sort(said.begin(), said.end());
    const auto distinct = std::unique(said.begin(), said.end()) - said.begin();
    return static_cast<double>(distinct) / static_cast<double>(shingles_.size());
}

}  // namespace injection
