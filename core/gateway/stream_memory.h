// What is remembered of a stream so that another deployment can take it up should it break: opt-in, and only
// for streams of text.
//
//   continue  the next deployment gets what was said as the beginning of its answer, and goes on from there;
//             the client sees one stream.
//   restart   the next deployment answers from the start; the client is told by an event named
//             sluice.restart, and throws away what it has.
#pragma once

#include <span>
#include <string>

#include "config/routing.h"
#include "llm/body.h"
#include "llm/operation.h"
#include "llm/sse.h"
#include "llm/stream_texts.h"

namespace sluice::gateway {

class StreamMemory {
public:
    using Mode = config::StreamRecovery;

    /// Chat, completions and messages are streams that others can take up.
    static bool possible(llm::Operation operation);
    StreamMemory(Mode mode, llm::Operation operation) : mode_(mode), operation_(operation) {}

    /// An event that goes to the client, and the texts in it.
    void note(const llm::SseEvent& event, std::span<const llm::EventText> texts);
    /// What was noted has gone out; or what was noted since has not, and never will.
    void sent();
    void unsent();
    /// Could this request be taken up now? Something was said, and nothing but text. `watched`: somebody
    /// listens to the stream, who would have to see the text as a whole.
    bool resumable(const llm::Body& request, bool watched) const;

    /// The stream has broken and goes on elsewhere.
    void breakOff() { broken_ = true; }
    bool broken() const { return broken_; }
    bool continues() const { return broken_ && mode_ == Mode::Continue; }
    /// Puts what was said into the request of the next attempt. False: this request has no place for it.
    bool prefill(llm::Body& body) const;
    const std::string& said() const { return said_; }

    /// What goes before the first event of the next stream; the memory begins anew where that does.
    std::string opening();
    /// An event of the next stream: added to `out` as one of the first, or left out if it only opens a
    /// stream. `opening`: nothing was said yet, nor is in this one, and it does not end the stream.
    void append(const llm::SseEvent& event, bool opening, std::string& out);

private:
    static constexpr size_t kSaidMax = 256 * 1024;
    const Mode mode_;
    const llm::Operation operation_;
    std::string said_;
    std::string id_, created_;  // of the first stream, as JSON
    struct Marks {
        uint32_t part = 0;  // where its text stands: the only choice or content block
        bool spoken = false;
        bool other = false;   // it said something that is no text, or too much
        bool closed = false;  // Anthropic: its block of text has ended
    };
    Marks now_, sent_;
    size_t sent_bytes_ = 0;  // of said_
    bool broken_ = false;
};

}  // namespace sluice::gateway
