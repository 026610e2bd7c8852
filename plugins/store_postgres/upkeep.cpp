#include "upkeep.h"

#include <algorithm>
#include <string>

#include "documents.h"
#include "schema.h"

namespace store_postgres {
namespace {

constexpr int64_t kPauseMs = 600'000;  // between two rounds
constexpr int64_t kAgainMs = 10'000;   // after one that failed
constexpr int64_t kRowsAStep = 2'000;
constexpr int64_t kMonthsAhead = 2;

// Whoever waits for a lock on a table makes all wait who come after: so not for long.
void lockBriefly(Connection& connection) {
    (void)connection.run("SELECT set_config('lock_timeout', '500', true)");
}

}  // namespace

void Upkeep::step(Connection& connection, int64_t now_ms) {
    if (now_ms < next_ms_) return;
    try {
        if (forget(connection, now_ms)) return;
        makeMonths(connection, now_ms);
        if (options_.retention_days > 0) endMonths(connection, now_ms);
        next_ms_ = now_ms + std::min(kPauseMs, options_.tombstone_ms);
        failing_ = false;
    } catch (const SqlError& error) {
        next_ms_ = now_ms + kAgainMs;
        if (error.lost() || !connection.fresh()) throw;
        // 55P03: somebody else has it now.
        if (!failing_ && error.state() != "55P03")
            log_(Level::Warn,
                 "upkeep of the tables failed, and is tried again: " + std::string(error.what()));
        failing_ = failing_ || error.state() != "55P03";
    }
}

bool Upkeep::forget(Connection& connection, int64_t now_ms) {
    Transaction transaction(connection, Transaction::Kind::Write);
    const bool more = forgetRemoved(connection, now_ms - options_.tombstone_ms, kRowsAStep);
    transaction.commit();
    return more;
}

void Upkeep::makeMonths(Connection& connection, int64_t now_ms) {
    const int64_t month = monthOf(dayOf(now_ms));
    const auto there =
        connection.run("SELECT count(*) FROM partitions WHERE month BETWEEN $1::integer AND $2::integer",
                       Values(month, month + kMonthsAhead));
    if (there.integer(0, 0) > kMonthsAhead) return;
    Transaction transaction(connection, Transaction::Kind::Write);
    lockBriefly(connection);
    lockAlone(connection, options_.schema, Alone::Appending);
    for (int64_t ahead = 0; ahead <= kMonthsAhead; ++ahead) createPartition(connection, month + ahead);
    transaction.commit();
}

// A month goes when its last day is too old. DROP of a partition keeps everybody out of the table for as long
// as it takes to unlink a file, and waits for those who read it for half a second at most; then it is tried
// again in the next round.
void Upkeep::endMonths(Connection& connection, int64_t now_ms) {
    const int64_t oldest = monthOf(std::max<int64_t>(dayOf(now_ms) - options_.retention_days, 0));
    const auto old = connection.run("SELECT month FROM partitions WHERE month < $1::integer ORDER BY month",
                                    Values(oldest));
    for (int row = 0; row < old.rows(); ++row) {
        Transaction transaction(connection, Transaction::Kind::Write);
        lockBriefly(connection);
        if (!tryLockAlone(connection, options_.schema, Alone::Upkeep)) return;
        lockAlone(connection, options_.schema, Alone::Appending);
        const auto month = old.integer(row, 0);
        (void)connection.run("DELETE FROM partitions WHERE month = $1::integer", Values(month));
        const std::string name = partitionName(month);
        connection.script("DROP TABLE IF EXISTS " + name);
        transaction.commit();
        log_(Level::Info,
             "usage events of " + name.substr(6) + " were older than retention_days and are gone");
    }
}

}  // namespace store_postgres
