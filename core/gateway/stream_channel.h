// One text of a stream (a lane and a part) with the row of subscribers that it passes.
#pragma once

#include <memory_resource>
#include <string>
#include <vector>

#include "plugin_host/stream_stage.h"

namespace sluice::gateway {

class StreamChannel {
public:
    /// Subscribers in the order in which they are asked. `memory`: for the row of their stages; outlives
    /// this object.
    StreamChannel(host::Runner& runner, const std::vector<host::Subscription>& row, uint32_t lane,
                  uint32_t part, std::pmr::memory_resource* memory = std::pmr::get_default_resource());
    StreamChannel(const StreamChannel&) = delete;
    StreamChannel& operator=(const StreamChannel&) = delete;

    /// New text at a place of the stream; `end` ends the text. False: a guardrail stops the stream. [loop]
    bool feed(uint64_t place, std::string_view text, int32_t end);
    bool expire(base::TimePoint now);

    /// Text of this place or an earlier one is still held.
    bool holds(uint64_t place) const { return oldest() <= place; }
    /// What goes to the client from up to this place, in order; taken out. Lives until the next feed or
    /// expire.
    std::string_view take(uint64_t place) { return ready_.takeUpTo(place); }
    base::TimePoint deadline() const;

    /// More text is about to come. [loop]
    void prefetch();

    uint32_t lane() const { return lane_; }
    uint32_t part() const { return part_; }
    bool ended() const { return ended_; }
    bool started() const { return started_; }
    // Both up to 16 MiB.
    const std::string& said() const { return said_; }  // what was released
    /// Is this what came in? A text that is not may be taken for it: then said() counts in its place.
    bool heard(std::string_view text) const;

private:
    bool pass(size_t stage, int32_t end);
    void say(size_t before);
    host::PlacedText& behind(size_t stage) {
        return stage + 1 < stages_.size() ? stages_[stage + 1].input() : ready_;
    }
    uint64_t oldest() const;

    uint32_t lane_, part_;
    bool ended_ = false, started_ = false;
    size_t heard_size_ = 0;
    uint64_t heard_hash_;
    std::pmr::vector<host::StreamStage> stages_;
    host::PlacedText ready_;
    std::string said_;
};

}  // namespace sluice::gateway
