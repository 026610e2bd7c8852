#include "stream_text.h"

#include <algorithm>

#include "characters.h"
#include "pieces.h"

namespace guard_remote {
namespace {

// In front of what may still grow, behind a word if there is one near.
size_t sureOf(const sluice::ScanView& shown, size_t size, size_t overlap_chars) {
    const auto text = shown.text();
    size_t at = size;
    for (size_t i = 0; i < overlap_chars && at > shown.from(); ++i) at = characterBegin(text, at - 1);
    if (at <= shown.from()) return shown.from();
    return std::max(shown.from(), cutBefore(text, shown.from() + (at - shown.from()) / 5 * 4, at));
}

bool insideOfEscape(const sluice::ScanView& shown, size_t at) {
    return shown.isJson() && at > shown.from() && shown.at(at) == shown.at(at - 1);
}

}  // namespace

bool StreamText::due(std::string_view window, bool ended, int64_t now_ms, Yields yields,
                     const Settings& settings) {
    const auto fresh = window.substr(std::min(held_, window.size()));
    if (since_ms_ < 0 && !fresh.empty()) since_ms_ = now_ms;
    if (ended) return true;
    if (fresh.empty() || (json_ && yields == Yields::Edits)) return false;  // whole JSON or none
    return now_ms - since_ms_ >= static_cast<int64_t>(settings.stream_wait_ms) ||
           (fresh.size() >= settings.stream_chunk_chars && characters(fresh) >= settings.stream_chunk_chars);
}

StreamText::Step StreamText::step(std::string_view window, bool ended, Yields yields,
                                  const Settings& /*settings*/) const {
    // An edited text takes the place of the window: nothing that has gone may be in front of it.
    if (yields == Yields::Edits) {
        const size_t size = ended ? window.size() : cutBefore(window, window.size() / 5 * 4, window.size());
        return {sluice::ScanView::plain({}, window), size};
    }
    Step step{json_ ? sluice::ScanView::json(context_, window, in_string_, ended)
                    : sluice::ScanView::plain(context_, window),
              0};
    step.size = step.shown.text().size();
    return step;
}

void StreamText::change(const Step& step, const Judgement& judgement, size_t& sure, Outcome& outcome) const {
    const auto& shown = step.shown;
    for (const auto& one : judgement.found) {
        size_t begin = std::max(one.begin, shown.from()), end = std::min(one.end, step.size);
        if (begin >= end) continue;  // of the context: it has gone
        if (begin >= sure) break;
        sure = std::max(sure, end);
        if (!shown.together(begin, end)) {
            outcome.possible = false;
            return;
        }
        shown.widen(begin, end);
        sure = std::max(sure, end);
        const size_t from = shown.at(begin), to = end == shown.text().size() ? shown.end() : shown.at(end);
        if (!outcome.changes.empty() && from < outcome.changes.back().end) continue;  // of the same number
        outcome.changes.push_back({from, to, shown.fit(one.by, begin)});
    }
}

StreamText::Outcome StreamText::settle(const Step& step, const Judgement& judgement, std::string_view window,
                                       bool ended, Yields yields, const Settings& settings) {
    since_ms_ = -1;
    held_ = 0;
    Outcome outcome;
    if (yields == Yields::Edits) {
        outcome.release = step.size;
        if (judgement.edited) outcome.changes.push_back({0, step.size, *judgement.edited});
        outcome.possible = !judgement.edited || !json_ || sluice::isJson(*judgement.edited);
        return outcome;
    }
    const auto& shown = step.shown;
    const bool tail = !ended && yields == Yields::Spans;
    size_t sure = tail ? sureOf(shown, step.size, settings.stream_overlap_chars) : step.size;
    // What crosses the line waits, so that it is judged once more with what follows; one that fills the
    // window does not.
    for (const auto& one : judgement.found) {
        if (tail && one.begin < sure && one.end > sure && one.begin > shown.from()) sure = one.begin;
    }
    while (sure > shown.from() && sure < step.size &&
           (characterBegin(shown.text(), sure) != sure || insideOfEscape(shown, sure)))
        --sure;
    change(step, judgement, sure, outcome);
    outcome.release = sure == shown.text().size() ? shown.end() : shown.at(sure);
    if (ended) outcome.release = window.size();
    held_ = shown.end() - std::min(shown.end(), outcome.release);
    if (shown.isJson()) in_string_ = shown.inString(sure);
    remember(shown, sure, settings);
    return outcome;
}

// Called for the beginning of a name: letters, which stand for themselves in JSON too.
void StreamText::keep(Outcome& outcome, size_t release) {
    if (release >= outcome.release) return;
    const size_t less = outcome.release - release;
    context_.resize(context_.size() - std::min(context_.size(), less));
    held_ += less;
    outcome.release = release;
    while (!outcome.changes.empty() && outcome.changes.back().end > release) outcome.changes.pop_back();
}

void StreamText::remember(const sluice::ScanView& shown, size_t sure, const Settings& settings) {
    const auto text = shown.text();
    size_t begin = sure;
    for (size_t i = 0; i < settings.stream_overlap_chars && begin > 0; ++i)
        begin = characterBegin(text, begin - 1);
    context_.assign(text.substr(begin, sure - begin));
}

}  // namespace guard_remote
