// The day that is going on, in memory: reading its rows takes some 0.1 s for a hundred thousand callers, and
// it cannot be packed. What was read is kept, and what has come since is added out of the events, which are
// numbered in the order in which they were written.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "events.h"
#include "packed.h"

namespace store_sqlite {

struct Snapshot;

/// A row of an aggregate, of one day.
struct FreshRow {
    int64_t value = 0;  // 0 in usage_daily
    int64_t combo = 0;
    Sums sums;
};

/// The rows of a day as of one event, in the order of the primary key. Never changed.
struct FreshDay {
    LastEvent last_event;
    std::vector<FreshRow> rows;
};

/// For several threads at once.
class Fresh {
public:
    /// What the snapshot's transaction sees; the more events have come since it was last asked for, the
    /// longer it takes. Throws SqlError.
    std::shared_ptr<const FreshDay> rowsOf(Packed which, int64_t day, const Snapshot& snapshot);

private:
    static constexpr size_t kDays = 2;  // of each table: today, and yesterday until it is packed

    using Key = std::pair<Packed, int64_t>;
    std::mutex mutex_;
    std::map<Key, std::shared_ptr<const FreshDay>> days_;  // guarded by mutex_
};

}  // namespace store_sqlite
