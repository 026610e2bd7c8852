// What waits for one destination, and when it is its turn. No lock of its own: Path's.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "options.h"
#include "sink.h"
#include "spool.h"

namespace exporters {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;

struct Waiting {
    std::string json;
    uint8_t redact = 0;
    TimePoint since;
    size_t bytes = 0;  // as it was counted when it came
};

struct Lane {
    std::shared_ptr<const Destination> to;
    std::deque<Waiting> waiting;
    uint64_t waiting_bytes = 0;
    bool busy = false;  // a sender has it: the rest is the sender's until it gives it back

    std::shared_ptr<const Destination> in_hand;  // `to`, as it was when the sender took it
    std::unique_ptr<Spool> spool;                // null: there is none
    uint32_t failures = 0;                       // in a row
    TimePoint retry_at{};
    TimePoint adopt_at{};
    TimePoint spool_at{};  // before that the disk is not asked again: it took nothing

    /// Records that come go to the disk and not to the receiver.
    bool holds() const { return spool && spool->isOpen() && (failures > 0 || !spool->empty()); }
    bool full(const Options& options) const {
        return waiting.size() >= options.batch_size || waiting_bytes >= options.batch_bytes;
    }
    /// From when on a sender has something to do here.
    TimePoint due(const Options& options) const;
    /// Out of `waiting`: a batch, or all of it.
    std::vector<Waiting> take(const Options& options, bool all);
    /// In front of `waiting`, in their order.
    void putBack(std::vector<Waiting> records);
};

}  // namespace exporters
