// The phrases of patterns.txt in a row of words: for each element of each phrase the last word that took it.
#pragma once

#include <cstdint>
#include <vector>

#include "lexicon.h"
#include "reader.h"

namespace injection {

/// Bytes that a phrase may be long; one in an encoding, as long as that is.
constexpr size_t kPhraseMax = 256;

class Matcher {
public:
    explicit Matcher(const Lexicon& lexicon) : lexicon_(lexicon), last_(lexicon.elements().size()) {}

    /// Calls found(pattern, begin, end) for each phrase that this word completes.
    template <class Found>
    void word(const Word& word, Found found) {
        ++index_;
        if (word.meaning == nullptr) return;
        for (const uint16_t at : word.meaning->elements) {
            const Element& element = lexicon_.elements()[at];
            Place place{index_, word.begin};
            if (!element.first) {
                const Place& before = last_[at - 1U];
                if (index_ - before.index > element.gap + 1U) continue;
                if (!word.decoded && word.end - before.begin > kPhraseMax) continue;
                place.begin = before.begin;
            }
            last_[at] = place;
            if (element.last) found(element.pattern, place.begin, word.end);
        }
    }

private:
    struct Place {
        uint32_t index = 0;
        size_t begin = 0;
    };
    const Lexicon& lexicon_;
    std::vector<Place> last_;
    uint32_t index_ = 1U << 16;  // farther from 0 than any gap
};

}  // namespace injection
