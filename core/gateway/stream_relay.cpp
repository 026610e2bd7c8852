#include "gateway/stream_relay.h"

#include <algorithm>

namespace sluice::gateway {

using base::Code;
using Kind = llm::StreamReader::Kind;

namespace {

constexpr size_t kAssembleMax = 16 * 1024 * 1024;

}  // namespace

StreamRelay::StreamRelay(llm::Operation operation, host::Runner& runner, host::RequestState& request,
                         const base::Limits& limits, bool hide_usage, bool assemble, StreamMemory* memory)
    : request_(request),
      memory_(memory),
      hide_usage_(hide_usage),
      assemble_(assemble || runner.anyRuns(host::Phase::PostCall, runner.chain().post_call)),
      splitter_(limits.sse_event_bytes_max),
      reader_(operation) {
    if (!request.subscriptions.empty()) {
        filter_ = std::make_unique<StreamFilter>(runner, request);
        reader_.lookEverywhere();
        if (auto* fiber = base::Fiber::current()) fiber->looksFirstAt(filter_->memory());
    }
    if (memory_ && memory_->continues() && assemble_)
        request.response.lanes[llm::kLaneText] = memory_->said();
}

StreamRelay::~StreamRelay() {
    auto* fiber = base::Fiber::current();
    if (!fiber) return;
    fiber->setRank(base::Rank::First);
    if (filter_) fiber->looksFirstAt({});
}

void StreamRelay::begun() const {
    if (auto* fiber = base::Fiber::current()) fiber->setRank(base::Rank::Later);
}

base::Status StreamRelay::take(std::string_view bytes, std::string& out) {
    if (filter_) {
        filter_->prefetch();
        reader_.prefetch();
    }
    splitter_.feed(bytes);
    llm::SseEvent event;
    while (splitter_.next(event)) {
        if (auto taken = takeEvent(event, out); !taken) return taken;
    }
    if (splitter_.tooLarge())
        return base::upstreamError(Code::TooLarge, "an event of the upstream's stream is too large");
    return {};
}

base::Status StreamRelay::takeEvent(const llm::SseEvent& event, std::string& out) {
    const Kind kind = reader_.read(event, filter_ || assemble_ || memory_ || !spoken_);
    if (auto broken = breaksOff(event, kind); !broken) return broken;
    const bool hidden = kind == Kind::UsageOnly && hide_usage_;
    if (hidden && !filter_) return {};
    if (kind == Kind::Failure && events_ == 0) first_failure_ = event.data;
    if (event.has_data) ++events_;
    if (!spoken_) spoken_ = kind != Kind::Normal || speaks();
    if (event.has_data && spoken_) ++deltas_;
    if (assemble_) assemble();
    if (!filter_) {
        append(event, kind, out);
        return {};
    }
    if (memory_) memory_->note(event, reader_.texts());
    llm::SseEvent shown = event;
    if (hidden) shown.raw = {};  // those who listen still learn what it says
    return filter_->take(shown, reader_.texts(),
                         kind == Kind::Terminal  ? SLUICE_END_OK
                         : kind == Kind::Failure ? SLUICE_END_ERROR
                                                 : SLUICE_END_NOT_YET,
                         out);
}

// An error in the middle of a stream that somebody else may take up is not the client's concern yet.
base::Status StreamRelay::breaksOff(const llm::SseEvent& event, Kind kind) const {
    if (kind == Kind::Malformed)
        return base::upstreamError(Code::Malformed, "the upstream sent a malformed event");
    if (kind == Kind::Failure && memory_ && spoken_)
        return base::upstreamError(Code::Unavailable,
                                   "the upstream's stream reported an error: " + std::string(event.data));
    return {};
}

void StreamRelay::append(const llm::SseEvent& event, Kind kind, std::string& out) {
    if (!memory_) {
        out.append(event.raw);
        return;
    }
    memory_->note(event, reader_.texts());
    memory_->append(event, !spoken_ && kind == Kind::Normal && reader_.finishReason().empty(), out);
}

// The event at hand: an empty delta opens a stream, but says nothing.
bool StreamRelay::speaks() const {
    const auto texts = reader_.texts();
    return std::any_of(texts.begin(), texts.end(), [](const llm::EventText& text) {
        return text.lane != llm::kLaneMeta && text.kind != llm::EventText::Kind::Whole && !text.text.empty();
    });
}

// What no subscriber can change is collected as it comes; the rest once it is known what became of it.
void StreamRelay::assemble() {
    for (const auto& text : reader_.texts()) {
        if (text.kind != llm::EventText::Kind::Delta || (filter_ && (filter_->lanes() & text.lane))) continue;
        auto& whole = request_.response.lanes[text.lane];
        if (whole.size() < kAssembleMax) whole.append(text.text);
    }
}

base::Status StreamRelay::finish(http::End end, std::string& out) {
    // The last event may lack its blank line; it counts if the body as such is whole.
    if (end == http::End::Ok && splitter_.hasPartial()) {
        const std::string rest(splitter_.partial());
        llm::SseSplitter last(rest.size() + 8);
        last.feed(rest);
        llm::SseEvent event;
        (void)last.next(event);
        last.feed("\n\n");
        if (last.next(event)) {
            event.raw = rest;
            if (auto taken = takeEvent(event, out); !taken) return taken;
        }
    }
    // An error that the upstream reported has been passed on: the client knows.
    const bool whole = reader_.terminal() || reader_.failed() || (end == http::End::Ok && reader_.complete());
    if (!whole) return base::upstreamError(Code::Truncated, "the stream of the upstream broke off");
    return {};
}

base::Status StreamRelay::tellEnd(int32_t end, std::string& out) {
    if (!filter_ || ended_) return {};
    ended_ = true;
    auto told = filter_->end(end, out);
    if (!assemble_) return told;
    for (const uint32_t lane :
         {llm::kLaneText, llm::kLaneReasoning, llm::kLaneToolArgs, llm::kLaneRefusal, llm::kLaneMeta}) {
        if (filter_->lanes() & lane) request_.response.lanes[lane] = filter_->said(lane);
    }
    return told;
}

}  // namespace sluice::gateway
