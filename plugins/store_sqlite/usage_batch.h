// The call ids of a batch as a table that SQLite reads out of memory: one statement looks for all of them in
// a month, and one puts them there. To bind values and to begin and end a statement for each event costs
// three times what the row itself does. https://sqlite.org/vtab.html
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sqlite.h"

namespace store_sqlite {

/// How a call is found: store_common/event.h, CallKeys. The text is the event's.
struct CallRow {
    int64_t call_key = 0;
    int64_t mark = 0;
    std::string_view call_id;  // empty: call_key is NULL
};

/// The table usage_batch of one connection, which must not be asked after its end. On the writer's thread.
class UsageBatch {
public:
    explicit UsageBatch(Connection& connection);
    UsageBatch(const UsageBatch&) = delete;
    UsageBatch& operator=(const UsageBatch&) = delete;

    /// What the table has; rowids are places in it. Not to be changed while a statement reads.
    std::vector<CallRow> rows;
};

}  // namespace store_sqlite
