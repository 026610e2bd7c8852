#include "pass.h"

#include <algorithm>

namespace pii {

void Pass::addOwn(size_t kind, size_t begin, size_t end, float score, bool needs_word) {
    if (!rules_.enabled[kind] || score < 0) return;
    if (score < 0.99F || needs_word) {
        if (context_at_ != begin) {
            context_ = rules_.words.before(text, begin);
            context_at_ = begin;
        }
        const bool spoken_for = context_.far[kind];
        if (needs_word && !spoken_for) return;
        if (spoken_for) score = std::clamp(score + (context_.near[kind] ? kNear : kFar), 0.4F, 1.0F);
    }
    if (score >= rules_.thresholds[kind]) found_.push_back({begin, end, kind, score});
}

}  // namespace pii
