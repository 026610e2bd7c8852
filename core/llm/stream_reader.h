// Understands the events of a stream as far as the gateway needs it: is it valid, does it end here and how,
// what usage does it tell, and, if somebody listens, which text goes into which lane.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llm/operation.h"
#include "llm/sse.h"
#include "llm/stream_pattern.h"
#include "llm/stream_texts.h"
#include "llm/usage.h"

namespace sluice::llm {

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
    /// Texts outside of the lanes are wanted too (EventText::Kind::Whole).
    void lookEverywhere() { everywhere_ = true; }

    /// Looks at one event. `decode`: the texts in it are wanted.
    Kind read(const SseEvent& event, bool decode);
    /// Those of the last event whose texts were wanted, until the next.
    std::span<const EventText> texts() const { return known_ ? pattern_.texts() : texts_; }

    /// An event is about to be read, and texts are wanted.
    void prefetch() const { pattern_.prefetch(); }

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
    Kind parse(std::string_view data, std::vector<EventText>* texts);
    Kind readObject(const simdjson::dom::element& root, std::vector<EventText>* texts);
    Kind readChat(const simdjson::dom::element& root, std::vector<EventText>* texts);
    Kind readResponses(const simdjson::dom::element& root);
    Kind readMessages(const simdjson::dom::element& root);

    void take(const simdjson::dom::element& usage);
    void finish(std::string_view reason);

    Operation operation_;
    Dialect dialect_;
    bool news_ = false;  // the event at hand says usage or a finish reason
    bool terminal_ = false;
    bool failed_ = false;
    bool everywhere_ = false;
    bool begun_ = false;            // texts of an event were wanted before
    bool known_ = false;            // the pattern knew the event at hand
    std::vector<EventText> texts_;  // of an event that was parsed
    Usage usage_;
    std::string finish_reason_;
    StreamPattern pattern_;  // only if somebody listens
};

}  // namespace sluice::llm
