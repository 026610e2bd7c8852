// One event stream on its way from an upstream to the client: passed on event by event as it comes, never
// collected, and never ended as if it were complete when it is not.
#pragma once

#include <memory>
#include <string>

#include "gateway/stream_filter.h"
#include "gateway/stream_memory.h"
#include "gateway/upstream_answer.h"
#include "llm/sse.h"
#include "llm/stream_reader.h"
#include "plugin_host/runner.h"

namespace sluice::gateway {

class StreamRelay {
public:
    /// `assemble`: somebody wants the text of each lane in the end, whether or not post_call does.
    /// `hide_usage`: an event that carries nothing but usage stays here, the client did not ask for it.
    /// `memory`: of the request's stream so far, if it may be taken up; else null.
    StreamRelay(llm::Operation operation, host::Runner& runner, host::RequestState& request,
                const base::Limits& limits, bool hide_usage, bool assemble, StreamMemory* memory);
    ~StreamRelay();
    StreamRelay(const StreamRelay&) = delete;
    StreamRelay& operator=(const StreamRelay&) = delete;

    /// Something of it has gone to the client: the fiber gives way to those whose clients wait for a first
    /// byte.
    void begun() const;

    /// Takes a piece of the upstream's body. What may go to the client is added to `out`.
    base::Status take(std::string_view bytes, std::string& out);

    /// The upstream's body has ended that way. Adds the rest to `out`; an error if the stream is not
    /// complete.
    base::Status finish(http::End end, std::string& out);

    /// Tells those who listen how the texts ended; what they then let go is added to `out`. Fails if one of
    /// them stops the stream even now.
    base::Status tellEnd(int32_t end, std::string& out);

    /// When text has been held back too long; kNever if none is held. Then call expire().
    base::TimePoint holdDeadline() const { return filter_ ? filter_->deadline() : base::kNever; }
    base::Status expire(std::string& out) { return filter_->expire(out); }

    /// Has the stream said anything yet: text, a call of a tool, its end? What came before that (roles,
    /// pings) may be thrown away with it.
    bool spoken() const { return spoken_; }
    uint64_t deltas() const { return deltas_; }  // events with text

    const llm::StreamReader& reader() const { return reader_; }
    /// The data of the upstream's error event, if that was the first event of all.
    const std::string& firstFailure() const { return first_failure_; }

private:
    base::Status breaksOff(const llm::SseEvent& event, llm::StreamReader::Kind kind) const;
    void append(const llm::SseEvent& event, llm::StreamReader::Kind kind, std::string& out);
    base::Status takeEvent(const llm::SseEvent& event, std::string& out);
    void assemble();
    bool speaks() const;

    host::RequestState& request_;
    std::unique_ptr<StreamFilter> filter_;  // only if somebody listens
    StreamMemory* memory_;
    bool hide_usage_;
    bool assemble_;  // post_call wants the text of each lane
    bool ended_ = false;
    bool spoken_ = false;
    uint64_t deltas_ = 0;
    uint64_t events_ = 0;
    llm::SseSplitter splitter_;
    llm::StreamReader reader_;
    std::string first_failure_;
};

}  // namespace sluice::gateway
