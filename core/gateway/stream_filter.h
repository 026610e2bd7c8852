// The subscribers of a stream between the upstream's events and the client's. Every event that came goes out,
// in order, and as it came unless somebody changed text in it; it waits while text in it is held.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "gateway/stream_channel.h"
#include "llm/sse.h"
#include "llm/stream_texts.h"

namespace sluice::gateway {

class StreamFilter {
public:
    /// Sorts the request's subscriptions into the order of the chain. [loop]
    StreamFilter(host::Runner& runner, host::RequestState& request);

    /// The lanes that somebody wants to see; 0 = this object is not needed.
    uint32_t lanes() const { return lanes_; }
    /// What of a lane has been released.
    std::string said(uint32_t lane) const;

    /// Takes an event and the texts in it, whose vector may come back as another one. `end`: this event ends
    /// all texts. What may go is added to `out`. Fails if a guardrail stops the stream, or if more is
    /// held than may be. [loop]
    base::Status take(const llm::SseEvent& event, std::vector<llm::EventText>& texts, int32_t end,
                      std::string& out);
    /// The stream is over, in whichever way.
    base::Status end(int32_t end, std::string& out);

    /// When something has been held too long; kNever if nothing is held.
    base::TimePoint deadline() const;
    base::Status expire(std::string& out);

private:
    using Texts = std::vector<llm::EventText>;
    struct Slot {                          // where the text of an event with the same index went
        StreamChannel* channel = nullptr;  // null: nobody looks at it
        uint64_t place = 0;
    };
    using Slots = std::vector<Slot>;
    struct Held {
        std::string raw, data;
        Texts texts;
        Slots slots;
    };
    StreamChannel& channel(uint32_t lane, uint32_t part, bool more);
    base::Status feed(Slot& slot, const llm::EventText& text);
    base::Status feedWhole(Slot& slot, const llm::EventText& text);
    base::Status feedAll(const Texts& texts);
    base::Status endParts(uint32_t low, int32_t end);
    static bool waits(const Slots& slots);
    static void send(std::string_view raw, std::string_view data, const Texts& texts, const Slots& slots,
                     std::string& out);
    base::Status hold(const llm::SseEvent& event, Texts& texts);
    void flush(std::string& out);

    host::Runner& runner_;
    host::RequestState& request_;
    uint32_t lanes_ = 0;
    std::vector<std::unique_ptr<StreamChannel>> channels_;
    std::deque<StreamChannel> wholes_;  // texts outside of the lanes, of events that have not gone yet
    Slots slots_;                       // of the event at hand; kept for its memory
    std::list<Held> held_;
    std::list<Held> spare_;  // for the memory of those that have gone
    size_t held_bytes_ = 0;
    uint64_t places_ = 0;
};

}  // namespace sluice::gateway
