// The tables, and how a file of an older release gets them.
#pragma once

#include <cstdint>
#include <string>

#include "sqlite.h"

namespace store_sqlite {

/// The columns of every aggregate, in the order of Sums; see sums.h.
extern const char* const kSumColumns;

/// The schema that this release writes; PRAGMA user_version of its files.
int64_t schemaVersion();

/// Brings the file to schemaVersion(), in one transaction; several at the same time wait for each other.
/// Throws SqlError, and std::runtime_error for a file of a newer release and for a database of another
/// program.
void migrate(Connection& connection);

/// The statements that bring a file from `version` to the next one. For tests.
std::string migrationFrom(int64_t version);

/// "usage_2026_11" for a month, see calendar.h.
std::string partitionName(int64_t month);

/// Creates the table of a month within the transaction that runs, if it is not there.
void createPartition(Connection& connection, int64_t month);

}  // namespace store_sqlite
