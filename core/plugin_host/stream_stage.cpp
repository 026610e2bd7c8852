#include "plugin_host/stream_stage.h"

namespace sluice::host {
namespace {

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool endsSentence(std::string_view before, char space) {
    if (space == '\n') return true;
    return !before.empty() && (before.back() == '.' || before.back() == '!' || before.back() == '?');
}

// The full-width ends of Chinese and Japanese sentences stand without white space behind them.
size_t lastFullWidthEnd(std::string_view text, size_t from) {
    size_t end = 0;
    const size_t start = from < 2 ? 0 : from - 2;  // a mark has three bytes
    for (const std::string_view mark : {"\u3002", "\uff01", "\uff1f"}) {
        const size_t at = text.substr(start).rfind(mark);
        if (at != std::string_view::npos) end = std::max(end, start + at + mark.size());
    }
    return end;
}

}  // namespace

size_t wholeUnits(std::string_view text, size_t from, int32_t granularity) {
    if (granularity == SLUICE_GRAIN_ARRIVAL) return text.size();
    const size_t wide = granularity == SLUICE_GRAIN_SENTENCE ? lastFullWidthEnd(text, from) : 0;
    for (size_t at = text.size(); at > std::max(from, wide); --at) {
        const char c = text[at - 1];
        const bool ends = granularity == SLUICE_GRAIN_LINE ? c == '\n'
                          : granularity == SLUICE_GRAIN_WORD
                              ? isSpace(c)
                              : isSpace(c) && endsSentence(text.substr(0, at - 1), c);
        if (ends) return at;
    }
    return wide;
}

StreamStage::StreamStage(Runner& runner, const Subscription& subscription, uint32_t lane, uint32_t part)
    : runner_(runner), subscription_(subscription), lane_(lane), part_(part) {}

Outcome StreamStage::feed(int32_t end, PlacedText& out) {
    const Outcome outcome = take(end, out);
    known_ = window_.size();
    return outcome;
}

Outcome StreamStage::take(int32_t end, PlacedText& out) {
    if (end != SLUICE_END_NOT_YET) return show(window_.size(), end, out);
    const size_t units = wholeUnits(window_.view(), known_, subscription_.granularity);
    const bool news = units > shown_;
    Outcome outcome = news ? show(units, end, out) : Outcome::Continue;
    if (outcome == Outcome::Continue && window_.size() > subscription_.max_hold_bytes)
        outcome = overflow("max_hold_bytes", out);
    watch(news);
    return outcome;
}

Outcome StreamStage::expire(PlacedText& out) {
    deadline_ = base::kNever;
    Outcome outcome = Outcome::Continue;
    if (window_.size() > shown_) outcome = show(window_.size(), SLUICE_END_NOT_YET, out);
    if (outcome == Outcome::Continue && !window_.empty()) outcome = overflow("max_hold_ms", out);
    known_ = window_.size();
    watch(false);
    return outcome;
}

// The hold began with the oldest text: more of it does not prolong it. `called`: the plugin has just been
// asked, and the time was read then.
void StreamStage::watch(bool called) {
    if (window_.empty()) {
        deadline_ = base::kNever;
    } else if (deadline_ == base::kNever) {
        deadline_ = (called ? runner_.lastCall() : base::Clock::now()) + subscription_.max_hold;
    }
}

Outcome StreamStage::overflow(const char* limit, PlacedText& out) {
    // Text that the grain kept back has not been shown at all: the plugin gets its chance first.
    if (window_.size() > shown_) {
        const Outcome outcome = show(window_.size(), SLUICE_END_NOT_YET, out);
        if (outcome != Outcome::Continue || window_.size() <= subscription_.max_hold_bytes) return outcome;
    }
    runner_.noteNotScanned(*subscription_.instance, std::string("text was held beyond ") + limit);
    if (subscription_.abort_when_held) return Outcome::Abort;
    release(window_.size(), {}, out);
    return Outcome::Continue;
}

Outcome StreamStage::show(size_t size, int32_t end, PlacedText& out) {
    const std::string_view window = window_.view().substr(0, size);
    const sluice_stream_event event{sizeof event, lane_, part_, end, str(window), str(window.substr(shown_))};
    StreamCall call{window, subscription_.mode, {}, end != SLUICE_END_NOT_YET};
    uint64_t released = size;
    const Outcome outcome = runner_.onStream(subscription_, event, call, released);
    if (outcome == Outcome::Abort) return outcome;
    release(released, call.edits, out);
    shown_ = size - released;
    return Outcome::Continue;
}

void StreamStage::release(size_t size, const std::vector<StreamCall::Edit>& edits, PlacedText& out) {
    const uint64_t last = window_.lastPlace();
    size_t at = 0;
    for (const auto& edit : edits) {
        window_.moveTo(out, edit.start - at);
        // At the end of all text it belongs to what stands before it.
        const uint64_t place = window_.empty() ? last : window_.firstPlace();
        (void)window_.take(edit.length);
        out.append(place, edit.text);
        at = edit.start + edit.length;
    }
    window_.moveTo(out, size - at);
    shown_ -= std::min(shown_, size);
    if (size > 0) deadline_ = base::kNever;  // the clock runs for the text that is the oldest now
}

}  // namespace sluice::host
