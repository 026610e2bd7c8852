// Understands the events of a stream as far as the gateway needs it: is it valid, does it end here and how,
// what usage does it tell, and, if somebody listens, which text goes into which lane.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "llm/operation.h"
#include "llm/sse.h"
#include "llm/usage.h"

namespace sluice::llm {

enum Lane : uint32_t {  // the same bits as SLUICE_LANE_*
    kLaneText = 1,
    kLaneReasoning = 2,
    kLaneToolArgs = 4,
    kLaneRefusal = 8,
    kLaneMeta = 16,
};

/// `choice`: index of the choice, content block or output item. The text is borrowed for the call.
using LaneSink = std::function<void(uint32_t lane, uint32_t choice, std::string_view text)>;

class StreamReader {
public:
    explicit StreamReader(Operation operation) : operation_(operation), dialect_(info(operation).dialect) {}

    enum class Kind {
        Normal,
        UsageOnly,  // carries nothing but usage: hidden from a client that did not ask for it
        Terminal,   // the dialect's last event
        Failure,    // the upstream reports an error inside the stream
        Malformed,  // data that is not JSON
    };
    /// Looks at one event. `sink` may be empty; without it no text is decoded.
    Kind read(const SseEvent& event, const LaneSink& sink);

    const Usage& usage() const { return usage_; }
    /// The finish reason of the last choice that finished; empty before.
    const std::string& finishReason() const { return finish_reason_; }
    /// May a body that is whole end here? True after a terminal event; for chat and completions a finish
    /// reason will do (some providers send no [DONE]); streams of other routes have no mark of their own.
    bool complete() const;
    /// The dialect's last event has been seen: nothing is missing, whatever happens to the connection.
    bool terminal() const { return terminal_; }
    bool failed() const { return failed_; }

private:
    Kind readChat(const simdjson::dom::element& root, const LaneSink& sink);
    Kind readResponses(const simdjson::dom::element& root, const LaneSink& sink);
    Kind readMessages(const simdjson::dom::element& root, const LaneSink& sink);

    Operation operation_;
    Dialect dialect_;
    Usage usage_;
    std::string finish_reason_;
    bool terminal_ = false;
    bool failed_ = false;
};

}  // namespace sluice::llm
