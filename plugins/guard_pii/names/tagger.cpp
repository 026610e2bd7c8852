#include "tagger.h"

#include <algorithm>

#include "candidates.h"

namespace pii::names {
namespace {

constexpr int kFarAhead =
    60;  // with that lead for "no name" the features that are left change nothing any more

bool isFarAhead(const Scores& scores) {
    int rival = scores[1];
    for (int t = 2; t < kTags; ++t) rival = std::max<int>(rival, scores[t]);
    return scores[0] > rival + kFarAhead;
}

void add(const Model& model, const Features& features, Scores& scores) {
    for (int f = 0; f < features.count; ++f) model.add(features.ids[f], scores);
}

// Most words are no names, and some of the features are enough to see it.
void firstPass(const Context& context, const Model& model, Tagged& tagged) {
    Features features;
    for (size_t i = 0; i < tagged.tokens.size(); ++i) {
        if (!tagged.candidates[i]) continue;
        Neighbours neighbours(context, tagged.tokens, i);
        Scores& scores = tagged.scores[i] = Scores{};
        features.count = 0;
        context.describe(neighbours, features);
        add(model, features, scores);
        if (isFarAhead(scores)) continue;
        features.count = 0;
        context.describeAround(neighbours, features);
        add(model, features, scores);
        if (isFarAhead(scores)) continue;
        features.count = 0;
        context.describeFurther(neighbours, features);
        add(model, features, scores);
        tagged.first[i] = best(scores);
    }
}

bool isAlone(const std::vector<uint8_t>& tags, size_t index) {
    size_t from = index < 2 ? 0 : index - 2;
    for (size_t i = from; i <= index + 2 && i < tags.size(); ++i) {
        if (tags[i]) return false;
    }
    return true;
}

// Where no name is near, the first pass stands.
void secondPass(const Context& context, const Model& model, Tagged& tagged) {
    Features features;
    for (size_t i = 0; i < tagged.tokens.size(); ++i) {
        if (!tagged.candidates[i] || isAlone(tagged.first, i)) continue;
        features.count = 0;
        context.describeTags(i, tagged.first.data(), features);
        for (int f = 0; f < features.count; ++f) model.addContext(features.ids[f], tagged.scores[i]);
        tagged.tags[i] = best(tagged.scores[i]);
    }
}

}  // namespace

void tag(std::string_view text, const Lexicon& lexicon, const Model& model, Tagged& tagged) {
    tokenize(text, lexicon, tagged.tokens);
    size_t count = tagged.tokens.size();
    Context context(text, lexicon, tagged.tokens);
    findCandidates(text, context, tagged.tokens, tagged.candidates);
    tagged.first.assign(count, 0);
    tagged.tags.assign(count, 0);
    if (tagged.scores.size() < count) tagged.scores.resize(count);
    firstPass(context, model, tagged);
    secondPass(context, model, tagged);
}

}  // namespace pii::names
