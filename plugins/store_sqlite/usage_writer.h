// Usage events into the file: the row, and all aggregates that it belongs to, in one transaction.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "names.h"
#include "sqlite.h"
#include "store_common/event.h"
#include "store_common/ledger.h"

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
        Statement find;  // a call by its key and id
        Statement insert;
        bool ending = false;  // retention is taking it away: it is neither read nor asked
    };
    template <size_t Parts>
    using Rows = std::map<std::array<int64_t, Parts>, Sums>;  // in the order of the primary key

    size_t appendWithin(const std::vector<Event>& events);
    Partition* partitionOf(int64_t month, bool create);
    bool known(const Event& event);
    void addRow(const Event& event);
    void addToDay(const Event& event, int64_t combo, int64_t end_user, const Combo& parts);
    template <size_t Parts>
    void write(Statement& statement, Rows<Parts>& rows);

    Connection& connection_;
    Names names_;
    Statement daily_, end_user_, tag_, total_;
    std::map<int64_t, Partition> partitions_;
    Rows<2> daily_rows_;                // day, combo
    Rows<3> end_user_rows_, tag_rows_;  // day, value, combo
    Rows<3> total_rows_;                // dimension, day, value
};

}  // namespace store_sqlite
