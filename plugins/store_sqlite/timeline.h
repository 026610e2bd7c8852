// The events of a day in the order of their start, out of batches that overlap: who began early may have
// ended late.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "events.h"

namespace store_sqlite {

struct TimeSpan {
    int64_t from_ms, to_ms;  // both included
};

/// Of one month, day by day. Reads no more batches than it takes to know what comes next.
class Timeline {
public:
    Timeline(Connection& connection, int64_t month, bool newest_first);

    /// Goes to a day, to those events of the span that are `wanted`.
    void begin(int64_t day, TimeSpan span, EventTest wanted);
    /// Null at the end. Until the next call.
    const UsageRow* next();

private:
    struct Place {
        int64_t start, combo, event;  // the order
        std::shared_ptr<const Batch> batch;
        const UsageRow* row;
    };
    bool after(const Place& a, const Place& b) const;
    bool mayPrecede(int64_t edge) const;
    void advance(Statement& read, std::optional<int64_t>& edge);
    void load();
    void add(std::string_view events, int64_t last_event);

    const bool newest_first_;
    // What is read next, and the start of its first event; none: that is all.
    Statement batches_, rows_;
    std::optional<int64_t> batch_edge_, row_edge_;
    TimeSpan span_{};
    EventTest wanted_;           // in the span, too
    std::vector<Place> places_;  // a heap: the next one on top
    std::shared_ptr<const Batch> told_;
};

}  // namespace store_sqlite
