// One pass over one text: what the recognisers are given, and where they put what they find.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "context.h"
#include "entities.h"

namespace pii {

/// What may be a finding, before overlaps are resolved. `kind` counts own kinds behind those of Kind.
struct Candidate {
    size_t begin, end;
    size_t kind;
    float score;
};

/// What of a configuration the recognisers need. Immutable while texts are scanned.
struct Rules {
    KindSet enabled;
    std::array<float, kAllKindsMax> thresholds{};
    ContextWords words;
    bool lenient = false;
};

class Pass {
public:
    /// What a word in front of a value adds to its score: within kBytes, within kNear bytes.
    static constexpr float kFar = 0.35F;
    static constexpr float kNear = 0.4F;

    Pass(std::string_view whole, const Rules& rules, std::vector<Candidate>& found)
        : text(whole), rules_(rules), found_(found) {}

    const std::string_view text;

    bool wants(Kind kind) const { return rules_.enabled[static_cast<size_t>(kind)]; }
    bool lenient() const { return rules_.lenient; }

    /// Takes [begin, end) for a value if the score, raised by words in front of it, reaches the threshold.
    void add(Kind kind, size_t begin, size_t end, float score, bool needs_word = false) {
        addOwn(static_cast<size_t>(kind), begin, end, score, needs_word);
    }
    void addOwn(size_t kind, size_t begin, size_t end, float score, bool needs_word = false);

private:
    const Rules& rules_;
    std::vector<Candidate>& found_;
    size_t context_at_ = static_cast<size_t>(-1);
    Context context_;
};

}  // namespace pii
