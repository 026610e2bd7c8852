// One usage event out of its month.
#pragma once

#include "scan.h"

namespace store_sqlite {

/// What `logRowFrom` wants of a table, by id as ?1.
extern const char* const kLogColumns;

/// Its views live until the statement's next step.
LogRow logRowFrom(const Statement& row, const Snapshot& snapshot);

/// What of it is looked at before: columns of kLogColumns.
struct LogFilter {
    const Where& where;
    std::optional<int64_t> outcome;  // the number of the name
    bool matches(const Statement& row, const Snapshot& snapshot) const;
};

}  // namespace store_sqlite
