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

/// "usage_2026_11" for a month, see calendar.h: events a row each, as releases up to schema 4 wrote them. A
/// month has this table, or the two others, or all of them.
std::string partitionName(int64_t month);
/// "usage_2026_11_batches": events, see usage_pack.h.
std::string batchesName(int64_t month);
/// "usage_2026_11_calls": which of them has a call id.
std::string callsName(int64_t month);
bool hasTable(Connection& connection, const std::string& name);

/// Creates the tables of a month within the transaction that runs, if they are not there.
void createPartition(Connection& connection, int64_t month);

}  // namespace store_sqlite
