#include "upkeep.h"

#include <algorithm>
#include <string>

#include "documents.h"
#include "schema.h"

namespace store_sqlite {
namespace {

constexpr int64_t kPauseMs = 600'000;  // between two rounds
constexpr int64_t kRowsAStep = 2'000;  // some 20 ms
constexpr int64_t kBatchesAStep = 50;  // likewise, if they are large

}  // namespace

Upkeep::Upkeep(Connection& connection, std::mutex& writing, const Options& options, Log log)
    : connection_(connection), writing_(writing), options_(options), log_(std::move(log)) {}

bool Upkeep::step(int64_t now_ms) {
    if (now_ms < next_ms_) return false;
    try {
        const std::lock_guard lock(writing_);
        const bool more = work(now_ms);
        if (!more) next_ms_ = now_ms + std::min(kPauseMs, options_.tombstone_ms);
        failing_ = false;
        return more;
    } catch (const SqlError& error) {
        if (!failing_)
            log_(Level::Warn,
                 "what is old could not be removed, and is tried again: " + std::string(error.what()));
        failing_ = true;
        next_ms_ = now_ms + 10'000;
        return false;
    }
}

bool Upkeep::work(int64_t now_ms) {
    // Looked at first: a transaction that writes nothing would wait for the others all the same.
    auto old = connection_.prepare("SELECT 1 FROM documents WHERE removed = 1 AND changed_ms < ?1 LIMIT 1");
    const int64_t before = now_ms - options_.tombstone_ms;
    if (old.with(before).step()) {
        old.rewind();
        Transaction transaction(connection_, Transaction::Kind::Write);
        const bool more = forgetRemoved(connection_, before, kRowsAStep) == kRowsAStep;
        transaction.commit();
        if (more) return true;
    }
    old.rewind();
    if (options_.retention_days <= 0) return false;
    // A month goes when its last day is too old.
    const int64_t oldest = dayOf(now_ms) - options_.retention_days;
    auto months = connection_.prepare("SELECT month FROM partitions WHERE month < ?1 ORDER BY month LIMIT 1");
    if (!months.with(monthOf(std::max<int64_t>(oldest, 0))).step()) return false;
    const int64_t month = months.integer(0);
    months.rewind();
    return endMonth(month);
}

// DROP TABLE would hold the lock for seconds where there are millions of rows: the indices go first, each at
// once, and so do the calls, which are no more than that; then events from the front, then the empty tables.
// The first step says so to everybody: whoever looks for call ids or at the log leaves this month out.
bool Upkeep::endMonth(int64_t month) {
    const std::string name = partitionName(month);
    Transaction transaction(connection_, Transaction::Kind::Write);
    auto state = connection_.prepare("SELECT ending FROM partitions WHERE month = ?1");
    const int64_t ending = state.with(month).step() ? state.integer(0) : -1;
    state.rewind();
    if (ending < 0) return true;  // another process was faster
    if (ending == 0) {
        connection_.prepare("UPDATE partitions SET ending = 1 WHERE month = ?1").with(month).run();
        for (const char* index : {"_call", "_start", "_first", "_last"})
            connection_.run("DROP INDEX IF EXISTS " + name + index);
        connection_.run("DROP TABLE IF EXISTS " + callsName(month));
        log_(Level::Info, "usage events of " + name.substr(6) + " are older than retention_days and go now");
    } else if (!takeFrom(name, kRowsAStep) && !takeFrom(batchesName(month), kBatchesAStep)) {
        for (const std::string& table : {name, batchesName(month), callsName(month)})
            connection_.run("DROP TABLE IF EXISTS " + table);
        connection_.prepare("DELETE FROM partitions WHERE month = ?1").with(month).run();
    }
    transaction.commit();
    return true;
}

// Is there more?
bool Upkeep::takeFrom(const std::string& table, int64_t most) {
    if (!hasTable(connection_, table)) return false;
    connection_
        .prepare("DELETE FROM " + table + " WHERE id IN (SELECT id FROM " + table + " ORDER BY id LIMIT ?1)")
        .with(most)
        .run();
    return connection_.changes() == most;
}

}  // namespace store_sqlite
