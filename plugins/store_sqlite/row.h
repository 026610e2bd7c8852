// One usage event as an answer tells of it, and as it is looked for.
#pragma once

#include "scan.h"
#include "usage_row.h"

namespace store_sqlite {

/// Its views are the row's.
LogRow logRowFrom(const UsageRow& row, const Snapshot& snapshot);

struct LogFilter {
    const Where& where;
    std::optional<int64_t> outcome;  // the number of the name
    bool matches(const UsageRow& row, const Snapshot& snapshot) const;
};

}  // namespace store_sqlite
