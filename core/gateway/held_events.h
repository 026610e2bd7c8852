// Events of a stream that wait until their text has been released, in the order in which they came: their
// bytes stand side by side in one string, what is known of their texts in one list. A stream holds few at a
// time, but each of them for several turns of the loop, so there is nothing in here that has to be followed
// from place to place.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/stream_channel.h"
#include "llm/sse.h"
#include "llm/stream_texts.h"

namespace sluice::gateway {

class HeldEvents {
public:
    struct Text {  // of an event: what it takes to put another one in its place
        using Kind = llm::EventText::Kind;
        StreamChannel* channel = nullptr;  // where it went; null: it is there to be scrubbed
        uint64_t place = 0;                // its place in there
        size_t begin = 0, end = 0;         // of its JSON in the event's data; both 0: it cannot be changed
        uint32_t lane = 0;
        Kind kind = Kind::Delta;
        bool json = false;
        bool list = false;  // what is scrubbed becomes an empty list, not null
    };
    struct Event {
        std::string_view raw, data;
        std::span<const Text> texts;
    };

    /// The event at hand has this text. Lives until the next call of add(), keep() or drop(). [loop]
    Text& add() { return texts_.emplace_back(); }
    /// All of its texts so far.
    std::span<const Text> added() const { return std::span(texts_).subspan(texts_end_); }
    /// It has to wait.
    void keep(const llm::SseEvent& event);
    /// It has gone.
    void drop() { texts_.resize(texts_end_); }

    bool empty() const { return first_ == events_.size(); }
    /// The oldest. Lives until the next call of keep().
    Event front() const;
    void pop();
    size_t bytes() const { return raw_bytes_; }

    /// The oldest is about to go, and another one to come. [loop]
    void prefetch() const;

private:
    struct Sizes {
        size_t raw, data_at, data;  // data: in the raw bytes, or behind them
        size_t texts;
        size_t stored() const { return std::max(raw, data_at + data); }
    };
    void tidy();

    std::string bytes_;
    std::vector<Sizes> events_;
    std::vector<Text> texts_;
    size_t bytes_gone_ = 0, first_ = 0, texts_gone_ = 0;  // of those that have gone and still stand in front
    size_t texts_end_ = 0;                                // texts of events that are kept
    size_t raw_bytes_ = 0;
};

}  // namespace sluice::gateway
