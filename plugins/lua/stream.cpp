#include "stream.h"

#include <algorithm>
#include <numeric>

namespace lua_policy {
namespace {

constexpr size_t kPieceBytesMax = 8192;  // a word, a line or a sentence that is longer is cut there

bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Not into the middle of a character.
size_t backToCharacter(std::string_view text, size_t at) {
    while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    return at;
}

// Where a window may be cut: behind a space if there is one nearby, so that no word begins in the middle.
size_t cutOf(std::string_view text, size_t at) {
    constexpr size_t kNearby = 64;
    for (size_t back = at; back > 0 && back + kNearby > at; --back) {
        if (space(text[back - 1])) return back;
    }
    return backToCharacter(text, at);
}

size_t nextCharacter(std::string_view text, size_t at) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    return at;
}

bool endsSentence(std::string_view text, size_t at) {
    if (text[at] == '\n') return true;
    if (space(text[at])) return at > 0 && (text[at - 1] == '.' || text[at - 1] == '!' || text[at - 1] == '?');
    if (at < 2) return false;
    const auto character = text.substr(at - 2, 3);
    return character == "\u3002" || character == "\uFF01" || character == "\uFF1F";
}

bool endsPiece(std::string_view text, size_t at, Grain grain) {
    if (grain == Grain::Word) return space(text[at]);
    return grain == Grain::Line ? text[at] == '\n' : endsSentence(text, at);
}

}  // namespace

void Flow::append(std::string_view text, Run run) {
    if (run.size == 0 && run.original == 0) return;
    text_ += text;
    const bool joins = !run.changed && !runs_.empty() && !runs_.back().changed;
    if (joins) {
        runs_.back().size += run.size;
        runs_.back().original += run.original;
    } else {
        runs_.push_back(run);
    }
}

void Flow::append(Flow&& other) {
    size_t at = 0;
    for (const Run& run : other.runs_) {
        append(std::string_view(other.text_).substr(at, run.size), run);
        at += run.size;
    }
    other.clear();
}

void Flow::clear() {
    text_.clear();
    runs_.clear();
}

size_t Flow::original() const {
    return std::accumulate(runs_.begin(), runs_.end(), size_t{0},
                           [](size_t sum, const Run& run) { return sum + run.original; });
}

// Changed text that is cut in two keeps its place in the upstream's text with the second part: the first
// waits for it.
Flow Flow::take(size_t bytes) {
    Flow out;
    size_t at = 0, i = 0;
    while (i < runs_.size() && (at < bytes || runs_[i].size == 0)) {
        Run& run = runs_[i];
        const size_t part = std::min(run.size, bytes - at);
        if (part == run.size) {
            out.append(std::string_view(text_).substr(at, part), run);
            ++i;
        } else {
            out.append(std::string_view(text_).substr(at, part), {part, run.changed ? 0 : part, run.changed});
            run.size -= part;
            if (!run.changed) run.original -= part;
        }
        at += part;
        if (part == 0 && at >= bytes && i < runs_.size() && runs_[i].size > 0) break;
    }
    text_.erase(0, at);
    runs_.erase(runs_.begin(), runs_.begin() + static_cast<ptrdiff_t>(i));
    return out;
}

void Flow::replace(size_t bytes, std::string_view with) {
    const std::string_view before = std::string_view(text_).substr(0, bytes);
    if (before == with) return;
    size_t same = 0;
    while (same < before.size() && same < with.size() && before[same] == with[same]) ++same;
    same = std::min(backToCharacter(before, same), backToCharacter(with, same));
    size_t tail = 0;
    while (tail < before.size() - same && tail < with.size() - same &&
           before[before.size() - 1 - tail] == with[with.size() - 1 - tail])
        ++tail;
    while (tail > 0 && (static_cast<unsigned char>(before[before.size() - tail]) & 0xC0) == 0x80) --tail;
    // Text that is only put in needs a place: it takes that of a character beside it.
    if (same + tail == before.size() && same > 0)
        same = backToCharacter(before, same - 1);
    else if (same + tail == before.size() && tail > 0)
        tail = before.size() - nextCharacter(before, before.size() - tail);
    const std::string middle(with.substr(same, with.size() - same - tail));
    Flow out = take(same);
    const Flow gone = take(bytes - same - tail);
    out.append(middle, {middle.size(), gone.original(), true});
    out.append(std::move(*this));
    *this = std::move(out);
}

size_t pieceEnd(std::string_view text, size_t from, const StreamPlan& plan, bool ended) {
    if (from >= text.size()) return ended ? text.size() : 0;
    const size_t all = ended ? text.size() : 0;
    switch (plan.grain) {
        case Grain::Arrival:
            return text.size();
        case Grain::Whole:
            return all;
        case Grain::Window: {
            if (text.size() - from < plan.window_bytes + 4)
                return all;  // a character more, to know where one begins
            const size_t end = backToCharacter(text, from + plan.window_bytes);
            return end > from ? end : from + plan.window_bytes;
        }
        case Grain::Word:
        case Grain::Line:
        case Grain::Sentence:
            break;
    }
    const size_t stop = std::min(text.size(), from + kPieceBytesMax);
    for (size_t at = from; at < stop; ++at) {
        if (endsPiece(text, at, plan.grain)) return at + 1;
    }
    if (text.size() - from < kPieceBytesMax + 4) return all;
    return backToCharacter(text, from + kPieceBytesMax);
}

bool Stage::showPiece(size_t bytes, bool last, const Show& show, Flow& out) {
    const bool window = policy_->stream().grain == Grain::Window && !last;
    Chunk chunk;
    chunk.text = flow_.text().substr(0, bytes);
    chunk.last = last;
    if (window) chunk.unsure = policy_->stream().overlap_bytes;
    if (!show(*policy_, chunk)) return false;
    if (bypassed_) return true;
    size_t size = bytes;
    if (chunk.changed && !policy_->shadow()) {
        flow_.replace(bytes, *chunk.changed);
        size = chunk.changed->size();
    }
    size_t hold = std::min(std::max({chunk.hold, chunk.unsure, chunk.unsure_match}), size);
    if (last) hold = 0;
    const size_t goes =
        window ? cutOf(flow_.text(), size - hold) : backToCharacter(flow_.text(), size - hold);
    Flow gone = flow_.take(goes);
    seen_ = size - goes;
    if (!policy_->shadow()) out.append(std::move(gone));
    return true;
}

bool Stage::feed(Flow in, bool ended, const Show& show, Flow& out) {
    const bool shadow = policy_->shadow();
    if (bypassed_) {
        if (!shadow) out.append(std::move(flow_));
        flow_.clear();
        out.append(std::move(in));
        return true;
    }
    if (shadow) {
        Flow copy;
        copy.append(in.text());
        out.append(std::move(in));
        in = std::move(copy);
    }
    flow_.append(std::move(in));
    while (const size_t bytes = pieceEnd(flow_.text(), seen_, policy_->stream(), ended)) {
        const size_t before = flow_.text().size();
        // Whether it is the last one shows with the next character, or the end.
        if (bytes == before && !ended && policy_->stream().grain != Grain::Arrival) break;
        if (!showPiece(bytes, ended && bytes == before, show, out)) return false;
        if (bypassed_) return feed({}, ended, show, out);
        if (seen_ >= flow_.text().size() && !ended) break;
    }
    if (ended && !shadow) out.append(std::move(flow_));  // what has no text left: runs that were deleted
    return true;
}

}  // namespace lua_policy
