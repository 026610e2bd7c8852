// Usage events into the file: batches of them, and all aggregates that they belong to, in one transaction.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "events.h"
#include "names.h"
#include "sqlite.h"
#include "store_common/event.h"
#include "store_common/ledger.h"
#include "usage_batch.h"
#include "usage_pack.h"

namespace store_sqlite {

/// For one thread at a time.
class UsageWriter {
public:
    explicit UsageWriter(Connection& connection);

    /// All or, if it throws SqlError, none. Events whose call id is there already, on the day of the event,
    /// the one before or the one after, are left out; how many were new.
    size_t append(const std::vector<Event>& events);

private:
    struct Partition {
        Statement has_day;    // any call with a key from ?1 to below ?2
        Statement find;       // places in the batch, and events that may be of the same calls
        EventFinder events;   // says whether they are
        Statement has_row;    // the same of rows of releases before, if there are any
        Statement find_rows;  // places in the batch of calls that are there
        Statement last;       // the number of the last event
        Statement insert;     // a batch
        Statement note;       // its calls
        bool ending = false;  // retention is taking it away: it is neither read nor asked
    };
    struct Call {
        const Event* event;
        CallKeys keys;
    };
    using Fresh = std::vector<Call>;
    template <size_t Parts>
    using Rows = std::map<std::array<int64_t, Parts>, Sums>;  // in the order of the primary key

    size_t appendWithin(const std::vector<Event>& events);
    Fresh freshOf(const std::vector<Event>& events);
    std::vector<bool> knownOf(const Fresh& events);
    void findIn(Partition& partition, const Fresh& events, std::vector<bool>& known);
    std::set<Partition*> partitionsWith(const std::set<int64_t>& days, int64_t step);
    Partition* partitionOf(int64_t month, bool create);
    Partition& open(int64_t month);
    void writeDay(int64_t day, const Fresh& calls);
    void writeBatch(Partition& partition, int64_t day);
    void fill(UsageRow& row, const Call& call);
    void addToDay(const Event& event, int64_t combo, int64_t end_user, const Combo& parts);
    void addTotals();
    void writeSums();
    template <size_t Parts>
    void write(Statement& statement, Rows<Parts>& rows);

    Connection& connection_;
    UsageBatch batch_;
    UsagePackWriter pack_;                // the batch that is being made
    int64_t first_ms_ = 0, last_ms_ = 0;  // of its starts
    Names names_;
    Statement daily_, end_user_, tag_, total_, unpack_, state_;
    std::map<int64_t, Partition> partitions_;
    std::set<int64_t> looked_at_;               // partitions whose state this transaction knows
    Rows<2> daily_rows_;                        // day, combo
    std::unordered_map<int64_t, Combo> parts_;  // of the combos there
    Rows<3> end_user_rows_, tag_rows_;          // day, value, combo
    Rows<3> total_rows_;                        // dimension, day, value
};

}  // namespace store_sqlite
