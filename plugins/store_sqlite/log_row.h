// One usage event out of its month, as an answer tells of it: LiteLLM's names where it has them
// (LiteLLM_SpendLogs in its schema.prisma).
#pragma once

#include "answer.h"
#include "scan.h"

namespace store_sqlite {

/// What `readRow` wants of a table, by id as ?1.
extern const char* const kLogColumns;

/// Writes the row as an object.
void writeLogRow(const Statement& row, const Snapshot& snapshot, Answer& answer);

/// What of it is looked at before: columns of kLogColumns.
struct LogFilter {
    const Where& where;
    std::optional<int64_t> outcome;  // the number of the name
    bool matches(const Statement& row, const Snapshot& snapshot) const;
};

}  // namespace store_sqlite
