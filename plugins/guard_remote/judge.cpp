#include "judge.h"

#include <map>

#include "characters.h"
#include "pieces.h"

namespace guard_remote {

std::vector<Judgement> Judge::all(Caller& caller, const About& about, const std::vector<Piece>& texts,
                                  Counts* counts) {
    std::vector<Judgement> judgements(texts.size());
    std::map<Cache::Key, std::vector<size_t>> fresh;  // the texts of a key: the first one is sent for all
    std::vector<Cache::Key> order;
    size_t bytes = 0;
    bool blocked = false;
    for (size_t i = 0; i < texts.size(); ++i) {
        if (blank(texts[i].text) || adapter_.skips(about.side, texts[i].role)) continue;
        const auto key = cache_.keyOf(adapter_.keyOf(about, texts[i].role), texts[i].text);
        if (auto known = cache_.find(key, caller.wallMs())) {
            judgements[i] = std::move(*known);
            blocked |= judgements[i].blocked;
            continue;
        }
        auto& same = fresh[key];
        if (same.empty()) {
            order.push_back(key);
            bytes += texts[i].text.size();
        }
        same.push_back(i);
    }
    if (counts) *counts = {blocked ? 0 : order.size(), texts.size() - (blocked ? 0 : order.size())};
    if (blocked || order.empty()) return judgements;
    if (bytes > options_.max_text_bytes) throw Unasked("too_large");

    std::vector<Piece> asked;
    for (const auto& key : order) asked.push_back(texts[fresh[key].front()]);
    std::vector<Judgement> said(asked.size());
    ask(caller, about, asked, said);
    for (size_t n = 0; n < order.size(); ++n) blocked |= said[n].blocked;
    for (size_t n = 0; n < order.size(); ++n) {
        // After a block the rest has perhaps not been judged: only what is bad for sure is remembered then.
        if (said[n].certain && (said[n].blocked || !blocked)) cache_.put(order[n], said[n], caller.wallMs());
        for (const size_t i : fresh[order[n]]) judgements[i] = said[n];
    }
    return judgements;
}

void Judge::ask(Caller& caller, const About& about, const std::vector<Piece>& texts,
                std::vector<Judgement>& judgements) const {
    const bool edits = adapter_.yields() == Yields::Edits;
    for (const auto& parcel : packed(texts, adapter_.bounds(), edits ? 0 : options_.overlap_chars)) {
        std::vector<Piece> asked;
        for (const auto& part : parcel) {
            const auto& whole = texts[part.text];
            asked.push_back({whole.text.substr(part.begin, part.end - part.begin), whole.role});
        }
        auto said = adapter_.judge(caller, about, asked);
        if (said.size() != asked.size())
            throw Unusable(Unusable::Kind::Malformed,
                           "the answer is not as documented: it is about other texts");
        bool blocked = false;
        for (size_t n = 0; n < parcel.size(); ++n) {
            blocked |= said[n].blocked;
            merge(judgements[parcel[n].text], texts[parcel[n].text].text, parcel[n], std::move(said[n]));
        }
        if (blocked) break;
    }
    for (auto& judgement : judgements) settle(judgement.found);
}

}  // namespace guard_remote
