#include "timeline.h"

#include <algorithm>
#include <tuple>

#include "schema.h"
#include "usage_pack.h"

namespace store_sqlite {

// The pluses leave SQLite one index, whose order is the one that is wanted.
Timeline::Timeline(Connection& connection, int64_t month, bool newest_first) : newest_first_(newest_first) {
    if (const auto table = batchesName(month); hasTable(connection, table))
        batches_ = connection.prepare(
            newest_first ? "SELECT last_ms, id, events FROM " + table +
                               " WHERE day = ?1 AND last_ms >= ?2 AND +first_ms <= ?3 ORDER BY last_ms DESC"
                         : "SELECT first_ms, id, events FROM " + table +
                               " WHERE day = ?1 AND +last_ms >= ?2 AND first_ms <= ?3 ORDER BY first_ms");
    if (const auto table = partitionName(month); hasTable(connection, table))
        rows_ = connection.prepare("SELECT start_ms, id, " + std::string(kRowColumns) + " FROM " + table +
                                   " WHERE start_ms BETWEEN ?1 AND ?2 ORDER BY start_ms" +
                                   (newest_first ? " DESC" : ""));
}

void Timeline::begin(int64_t day, TimeSpan span, EventTest wanted) {
    span_ = {std::max(span.from_ms, day * kDayMs), std::min(span.to_ms, (day + 1) * kDayMs - 1)};
    wanted_ = [span = span_, wanted = std::move(wanted)](const UsageRow& row) {
        const int64_t start = row[UsageRow::Start];
        return start >= span.from_ms && start <= span.to_ms && wanted(row);
    };
    places_.clear();
    if (batches_) advance(batches_.with(day, span_.from_ms, span_.to_ms), batch_edge_);
    if (rows_) advance(rows_.with(span_.from_ms, span_.to_ms), row_edge_);
}

void Timeline::advance(Statement& read, std::optional<int64_t>& edge) {
    edge = read.step() ? std::optional(read.integer(0)) : std::nullopt;
}

const UsageRow* Timeline::next() {
    while ((batch_edge_ && mayPrecede(*batch_edge_)) || (row_edge_ && mayPrecede(*row_edge_))) load();
    if (places_.empty()) return nullptr;
    const auto later = [this](const Place& a, const Place& b) { return after(a, b); };
    std::pop_heap(places_.begin(), places_.end(), later);
    told_ = std::move(places_.back().batch);
    const UsageRow* row = places_.back().row;
    places_.pop_back();
    return row;
}

// Of the same moment the order goes by more than the start, so all of them have to be there.
bool Timeline::mayPrecede(int64_t edge) const {
    if (places_.empty()) return true;
    return newest_first_ ? edge >= places_.front().start : edge <= places_.front().start;
}

bool Timeline::after(const Place& a, const Place& b) const {
    const auto order = [](const Place& p) { return std::tie(p.start, p.combo, p.event); };
    return newest_first_ ? order(a) < order(b) : order(b) < order(a);
}

// The one that comes first.
void Timeline::load() {
    const bool batch =
        batch_edge_ &&
        (!row_edge_ || (newest_first_ ? *batch_edge_ >= *row_edge_ : *batch_edge_ <= *row_edge_));
    if (batch) {
        add(batches_.blob(2), batches_.integer(1));
        return advance(batches_, batch_edge_);
    }
    if (const UsageRow row = rowOf(rows_, 2); wanted_(row)) {
        UsagePackWriter one;  // a row's texts go with the next one
        one.add(row);
        add(one.bytes(), rows_.integer(1));
    }
    advance(rows_, row_edge_);
}

void Timeline::add(std::string_view events, int64_t last_event) {
    const auto later = [this](const Place& a, const Place& b) { return after(a, b); };
    const auto batch = std::make_shared<const Batch>(events, wanted_);
    const int64_t before = last_event - static_cast<int64_t>(batch->count);
    for (const auto& [place, row] : batch->wanted) {
        const int64_t event = before + 1 + static_cast<int64_t>(place);
        places_.push_back({row[UsageRow::Start], row[UsageRow::ComboId], event, batch, &row});
        std::push_heap(places_.begin(), places_.end(), later);
    }
}

}  // namespace store_sqlite
