#include "events.h"

#include "schema.h"
#include "usage_pack.h"

namespace store_sqlite {

const char* const kRowColumns =
    "call_id, start_ms, end_ms, first_token_ms, combo, end_user, tenant, key_alias, route, call_type, "
    "deployment, api_base, outcome, error_class, http_status, attempts, flags, prompt, completion, cached, "
    "cache_write, reasoning, cost, cost IS NOT NULL, requested_model, client, user_agent, error, attributes";

Batch::Batch(std::string_view events, const EventTest& test) : bytes(events) {
    UsagePackReader reader(bytes);
    for (; const UsageRow* row = reader.next(); ++count) {
        if (!test || test(*row)) wanted.push_back({count, *row});
    }
}

UsageRow rowOf(const Statement& row, int column) {
    UsageRow out;
    out.call_id = row.text(column++);
    for (auto& number : out.numbers) number = row.integer(column++);
    for (auto& text : out.texts) text = row.text(column++);
    return out;
}

LastEvent lastEventOf(Connection& connection, int64_t month) {
    const auto last = [&connection](const std::string& table) {
        return hasTable(connection, table) ? connection.value("SELECT max(id) FROM " + table) : 0;
    };
    return {last(batchesName(month)), last(partitionName(month))};
}

namespace {

// ?1, ?2: the where.
void tellBatches(Connection& connection, int64_t month, const char* where, int64_t first, int64_t second,
                 const EventRow& event) {
    const std::string table = batchesName(month);
    if (!hasTable(connection, table)) return;
    auto read = connection.prepare("SELECT events FROM " + table + " WHERE " + where);
    read.with(first, second);
    while (read.step()) {
        UsagePackReader reader(read.blob(0));
        while (const UsageRow* row = reader.next()) event(*row);
    }
}

void tellRows(Connection& connection, int64_t month, int64_t after, int64_t from_ms, int64_t to_ms,
              const EventRow& event) {
    const std::string table = partitionName(month);
    if (!hasTable(connection, table)) return;
    auto read = connection.prepare(std::string("SELECT ") + kRowColumns + " FROM " + table +
                                   " WHERE id > ?1 AND start_ms >= ?2 AND start_ms < ?3");
    read.with(after, from_ms, to_ms);
    while (read.step()) event(rowOf(read, 0));
}

}  // namespace

void eachEventFrom(Connection& connection, int64_t day, int64_t from_ms, const EventRow& event) {
    const int64_t month = monthOf(day);
    tellBatches(connection, month, "day = ?1 AND last_ms >= ?2", day, from_ms, [&](const UsageRow& row) {
        if (row[UsageRow::Start] >= from_ms) event(row);
    });
    tellRows(connection, month, 0, from_ms, (day + 1) * kDayMs, event);
}

// The plus keeps SQLite from going through all of the day's: batches are read by their number.
void eachEventAfter(Connection& connection, int64_t day, const LastEvent& last, const EventRow& event) {
    const int64_t month = monthOf(day);
    tellBatches(connection, month, "id > ?1 AND +day = ?2", last.of_batches, day, event);
    tellRows(connection, month, last.of_rows, day * kDayMs, (day + 1) * kDayMs, event);
}

EventFinder::EventFinder(Connection& connection, int64_t month)
    : read_(connection.prepare("SELECT id, events FROM " + batchesName(month) +
                               " WHERE id >= ?1 ORDER BY id LIMIT 1")) {}

const UsageRow* EventFinder::find(int64_t event) {
    const auto there = [&] {
        return batch_ && event <= last_ && event > last_ - static_cast<int64_t>(batch_->count);
    };
    if (!there()) {
        batch_.reset();
        if (read_.with(event).step()) {
            batch_ = std::make_unique<const Batch>(read_.blob(1));
            last_ = read_.integer(0);
        }
        read_.rewind();
    }
    return there() ? &batch_->wanted[batch_->count - 1 - static_cast<size_t>(last_ - event)].row : nullptr;
}

}  // namespace store_sqlite
