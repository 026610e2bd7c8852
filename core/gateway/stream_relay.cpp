#include "gateway/stream_relay.h"

#include <algorithm>

namespace sluice::gateway {

using base::Code;
using host::Outcome;
using Kind = llm::StreamReader::Kind;

namespace {

constexpr size_t kAssembleMax = 16 * 1024 * 1024;

}  // namespace

StreamRelay::StreamRelay(llm::Operation operation, host::Runner& runner, host::RequestState& request,
                         const base::Limits& limits, bool hide_usage)
    : runner_(runner),
      request_(request),
      splitter_(limits.sse_event_bytes_max),
      reader_(operation),
      hide_usage_(hide_usage),
      assemble_(!runner.chain().post_call.empty()) {
    for (const auto& subscription : request.subscriptions) lanes_ |= subscription.lanes;
    if (lanes_ == 0 && !assemble_) return;
    sink_ = [this](uint32_t lane, uint32_t choice, std::string_view text) {
        if (assemble_ && request_.response.lanes[lane].size() < kAssembleMax)
            request_.response.lanes[lane].append(text);
        if ((lanes_ & lane) && runner_.onStream(lane, choice, text, SLUICE_END_NOT_YET) == Outcome::Abort)
            aborted_ = true;
    };
}

base::Status StreamRelay::take(std::string_view bytes, std::string& out) {
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
    const Kind kind = reader_.read(event, sink_);
    if (aborted_) return base::pluginError(Code::PermissionDenied, "the stream was stopped by a guardrail");
    if (kind == Kind::Malformed)
        return base::upstreamError(Code::Malformed, "the upstream sent a malformed event");
    if (kind == Kind::UsageOnly && hide_usage_) return {};
    if (kind == Kind::Failure && events_ == 0) first_failure_ = event.data;
    if (event.has_data) ++events_;
    out.append(event.raw);
    return {};
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
            if (reader_.read(event, sink_) == Kind::Malformed)
                return base::upstreamError(Code::Malformed, "the upstream's last event is malformed");
            out.append(rest);
        }
    }
    // An error that the upstream reported has been passed on: the client knows.
    const bool whole = reader_.terminal() || reader_.failed() || (end == http::End::Ok && reader_.complete());
    if (!whole) return base::upstreamError(Code::Truncated, "the stream of the upstream broke off");
    return {};
}

void StreamRelay::tellEnd(int32_t end) {
    for (const uint32_t lane :
         {llm::kLaneText, llm::kLaneReasoning, llm::kLaneToolArgs, llm::kLaneRefusal, llm::kLaneMeta}) {
        if (lanes_ & lane) (void)runner_.onStream(lane, 0, "", end);
    }
}

}  // namespace sluice::gateway
