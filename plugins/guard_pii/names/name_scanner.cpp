#include "name_scanner.h"

#include <algorithm>

#include "tagger.h"

namespace pii {
namespace {

using namespace names;

// Long texts are tagged in pieces of this many bytes, so that the memory in use is bounded. By the law of scanners
// (what is found depends on a bounded neighbourhood) the result is the same.
constexpr size_t kPiece = 16 * 1024;

// Bounds that keep the law: the word before a name is looked at to know that the name begins here (its second pass
// looks at tags before it, and their first pass at words before these); behind it likewise.
static_assert(kTagReachBack + kRunReachBack + kReachBack < NameScanner::kLookBehind);
static_assert(kTagReachAhead + kTagReachAhead + kReachAhead < NameScanner::kLookAhead);

constexpr std::string_view kEntityNames[kEntities] = {"PERSON",         "ORGANIZATION", "LOCATION",
                                                      "STREET_ADDRESS", "NRP",          "TITLE"};

// Does the word at `index` continue the name that the word before is a part of?
bool goesOn(const Context& context, const Tagged& tagged, size_t index) {
    uint8_t tag = tagged.tags[index];
    if (!isInside(tag) || !context.near(index, -1, kTagReachBack, kTagReachAhead)) return false;
    uint8_t before = tagged.tags[index - 1];
    return before && entityOf(before) == entityOf(tag);
}

float scoreOf(const Tagged& tagged, size_t first, size_t last) {
    int margin = 0;
    for (size_t i = first; i < last; ++i) margin += tagged.scores[i][tagged.tags[i]] - tagged.scores[i][0];
    margin /= static_cast<int>(last - first);
    return 0.5f + static_cast<float>(std::clamp(margin, 0, 250)) / 500.f;
}

}  // namespace

NameScanner::NameScanner(unsigned entities) : entities_(entities) { Lexicon::builtIn(); }

std::string_view NameScanner::nameOf(int entity) { return kEntityNames[entity]; }

namespace {

struct Piece {
    std::string_view text;
    size_t offset;  // of the piece in the whole
    size_t from;    // findings begin in [from, to) of the whole
    size_t to;
};

void findIn(const Piece& piece, unsigned entities, std::vector<sluice::Finding>& found) {
    thread_local Tagged tagged;
    tag(piece.text, Lexicon::builtIn(), Model::builtIn(), tagged);
    Context context(piece.text, Lexicon::builtIn(), tagged.tokens);
    for (size_t first = 0, last; first < tagged.tokens.size(); first = last) {
        last = first + 1;
        if (!tagged.tags[first]) continue;
        while (last < tagged.tokens.size() && goesOn(context, tagged, last)) ++last;
        int entity = entityOf(tagged.tags[first]);
        size_t begin = piece.offset + tagged.tokens[first].begin, end = piece.offset + tagged.tokens[last - 1].end;
        bool wanted = (entities >> entity & 1) && begin >= piece.from && begin < piece.to;
        if (!wanted || end - begin > NameScanner::kLongest) continue;
        found.push_back({begin, end, kEntityNames[entity], scoreOf(tagged, first, last)});
    }
}

}  // namespace

void NameScanner::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    while (from < text.size()) {
        size_t to = text.size() - from > kPiece + kPiece / 4 ? from + kPiece : text.size();
        size_t begin = from > kLookBehind ? from - kLookBehind : 0;
        size_t end = std::min(to + kLongest + kLookAhead, text.size());
        findIn({text.substr(begin, end - begin), begin, from, to}, entities_, found);
        from = to;
    }
}

}  // namespace pii
