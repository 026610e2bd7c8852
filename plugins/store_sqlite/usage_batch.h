// Usage events as a table that SQLite reads out of memory: one statement looks for a whole batch in a
// partition, and one puts it there. To bind thirty values and to begin and end a statement for each event
// costs three times what the row itself does. https://sqlite.org/vtab.html
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sqlite.h"

namespace store_sqlite {

/// A row of a partition, without its id. Texts are the event's.
struct UsageRow {
    int64_t call_key = 0;
    std::string_view call_id;           // empty: call_key is NULL
    std::array<int64_t, 22> numbers{};  // start_ms to cost, in the order of the columns
    bool priced = false;                // false: cost is NULL
    std::array<std::string_view, 5> texts;
};

/// The table usage_batch of one connection, which must not be asked after its end. On the writer's thread.
class UsageBatch {
public:
    explicit UsageBatch(Connection& connection);
    UsageBatch(const UsageBatch&) = delete;
    UsageBatch& operator=(const UsageBatch&) = delete;

    /// What the table has; rowids are places in it. Not to be changed while a statement reads.
    std::vector<UsageRow> rows;
};

}  // namespace store_sqlite
