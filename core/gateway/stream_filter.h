// The subscribers of a stream between the upstream's events and the client's. Every event that came goes out,
// in order, and as it came unless somebody changed text in it; it waits while text in it is held.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "base/fiber.h"
#include "gateway/held_events.h"
#include "gateway/stream_channel.h"
#include "llm/sse.h"
#include "llm/stream_texts.h"

namespace sluice::gateway {

class StreamFilter {
public:
    /// Sorts the request's subscriptions into the order of the chain. [loop]
    StreamFilter(host::Runner& runner, host::RequestState& request);
    StreamFilter(const StreamFilter&) = delete;
    StreamFilter& operator=(const StreamFilter&) = delete;

    /// The lanes that somebody wants to see; 0 = this object is not needed.
    uint32_t lanes() const { return lanes_; }
    /// What of a lane has been released.
    std::string said(uint32_t lane) const;

    /// Takes an event and the texts in it. `end`: this event ends all texts. What may go is added to `out`.
    /// Fails if a guardrail stops the stream, or if more is held than may be. [loop]
    base::Status take(const llm::SseEvent& event, std::span<const llm::EventText> texts, int32_t end,
                      std::string& out);
    /// The stream is over, in whichever way.
    base::Status end(int32_t end, std::string& out);

    /// Memory that every event takes, for the fiber to ask for when it wakes.
    std::array<base::MemorySpan, base::Fiber::kFirstMax> memory() const;
    /// An event is about to come: follows the pointers in there. [loop]
    void prefetch() const;

    /// When something has been held too long; kNever if nothing is held.
    base::TimePoint deadline() const;
    base::Status expire(std::string& out);

private:
    using Texts = std::span<const llm::EventText>;
    using Held = HeldEvents::Text;
    struct Listener {  // known for the sake of prefetch()
        const host::Instance* instance;
        const sluice_ctx* handle;
        const void* state;  // of the plugin
    };
    StreamChannel& channel(uint32_t lane, uint32_t part, bool more);
    base::Status feed(Held& held, const llm::EventText& text);
    base::Status feedWhole(Held& held, const llm::EventText& text);
    base::Status feedAll(Texts texts);
    base::Status endParts(uint32_t low, int32_t end);
    static bool waits(std::span<const Held> texts);
    void send(const HeldEvents::Event& event, std::string& out);
    base::Status hold(const llm::SseEvent& event);
    void flush(std::string& out);

    // Most streams have one text and one subscriber. 20 ms and some hundred other streams lie between two
    // events of one, so what every event touches stands in one piece, and not in blocks here and there.
    static constexpr size_t kRoom = 896;

    host::Runner& runner_;
    host::RequestState& request_;
    uint32_t lanes_ = 0;
    StreamChannel* latest_ = nullptr;  // the channel that was asked for last
    HeldEvents held_;
    std::array<std::byte, kRoom> room_;
    std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
    std::pmr::vector<Listener> listeners_{&memory_};
    std::pmr::list<StreamChannel> channels_{&memory_};
    std::deque<StreamChannel> wholes_;  // texts outside of the lanes, of events that have not gone yet
    uint64_t places_ = 0;
};

}  // namespace sluice::gateway
