#include "name_scanner.h"

#include <algorithm>

#include "runs.h"

namespace pii {
namespace {

using namespace names;

// Long texts are tagged in pieces of this many bytes, so that the memory in use is bounded. By the law of
// scanners (what is found depends on a bounded neighbourhood) the result is the same.
constexpr size_t kPiece = 16 * 1024;

// Bounds that keep the law: the word before a name is looked at to know that the name begins here (its second
// pass looks at tags before it, and their first pass at words before these); behind it likewise.
static_assert(kTagReachBack + kRunReachBack + kReachBack + kBesideMax < NameScanner::kLookBehind);
static_assert(kTagReachAhead + kTagReachAhead + kReachAhead + kBesideMax < NameScanner::kLookAhead);

constexpr std::string_view kEntityNames[kEntities] = {"PERSON",         "ORGANIZATION", "LOCATION",
                                                      "STREET_ADDRESS", "NRP",          "TITLE"};

float scoreOf(const Tagged& tagged, const Run& run) {
    int margin = 0;
    for (size_t i = run.first; i < run.last; ++i)
        margin += tagged.scores[i][tagged.tags[i]] - tagged.scores[i][0];
    margin /= static_cast<int>(run.last - run.first);
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
    Runs runs(piece.text, Lexicon::builtIn(), tagged);
    for (size_t at = 0; at < tagged.tokens.size();) {
        if (!tagged.tags[at]) {
            ++at;
            continue;
        }
        Run run = runs.at(at);
        at = run.last;
        if (!(entities >> run.entity & 1) || !runs.trim(run)) continue;
        size_t begin = piece.offset + tagged.tokens[run.first].begin,
               end = piece.offset + tagged.tokens[run.last - 1].end;
        bool wanted = begin >= piece.from && begin < piece.to && end - begin <= NameScanner::kLongest;
        if (wanted) found.push_back({begin, end, kEntityNames[run.entity], scoreOf(tagged, run)});
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
