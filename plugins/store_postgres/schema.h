// The tables, and how a database of an older release gets them.
#pragma once

#include <cstdint>
#include <string>

#include "pq.h"

namespace store_postgres {

/// The columns of every aggregate, in the order of Sums.
extern const char* const kSumColumns;

/// The schema that this release writes.
int64_t schemaVersion();

/// Brings the database to schemaVersion(), in one transaction; several at the same time wait for each other.
/// Throws SqlError, and std::runtime_error for tables of a newer release or of another program.
void migrate(Connection& connection, const std::string& schema);

/// Advisory locks, one row of numbers for each schema: who holds it is alone with that work, in all gateways.
enum class Alone : int { Migration = 1, Appending, Upkeep };
/// Until the end of the transaction.
void lockAlone(Connection& connection, const std::string& schema, Alone work);
/// False: somebody else has it.
bool tryLockAlone(Connection& connection, const std::string& schema, Alone work);

/// "usage_2026_11" for a month, see calendar.h.
std::string partitionName(int64_t month);

/// Makes the partition of a month within the transaction that runs, if it is not there. Whoever calls it
/// holds Alone::Appending.
void createPartition(Connection& connection, int64_t month);

}  // namespace store_postgres
