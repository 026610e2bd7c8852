// Spans are made as packs are: first a mark, then the parts in a snapshot, then the blobs in the place of the
// mark, if it is still there.
#include <string>

#include "spans.h"

namespace store_sqlite {
namespace {

bool hasRows(Connection& connection, const std::string& table, int64_t from, int64_t to) {
    return connection.prepare("SELECT 1 FROM " + table + " WHERE day BETWEEN ?1 AND ?2 LIMIT 1")
        .with(from, to)
        .step();
}

}  // namespace

// The last day that has rows grows, so no span has it. Days are those of usage_daily, which has every event.
bool SpanBuilder::buildNext() {
    auto connection = database_.connect();
    auto find = connection.prepare(
        "SELECT 1 FROM usage_spans WHERE level = ?1 AND first = ?2 AND dimension = ?3 AND head IS NOT NULL");
    const int64_t from = connection.value("SELECT min(day) FROM usage_daily");
    const int64_t last = connection.value("SELECT max(day) FROM usage_daily");
    for (const By by : {By::Key, By::User, By::EndUser}) {
        for (int level = 0; level < kSpanLevels; ++level) {
            const int64_t days = int64_t{1} << level;
            for (int64_t first = from / days * days; first + days - 1 < last; first += days) {
                const bool there = find.with(level, first, *spanDimensionOf(by)).step();
                find.rewind();
                if (!there && build({by, level, first})) return true;
            }
        }
    }
    return false;
}

bool SpanBuilder::build(const Place& place) {
    const int64_t token = freshToken();
    const int dimension = *spanDimensionOf(place.by);
    const int64_t last = place.first + (int64_t{1} << place.level) - 1;
    // Looked at before the mark is written: spans that cannot be made cost nobody a write.
    auto connection = database_.connect();
    Groups groups(false);
    {
        const Transaction glance(connection, Transaction::Kind::Read);
        if (!add(connection, place, groups)) return false;
    }
    {
        const std::lock_guard lock(writing_);
        writer_
            .prepare(
                "INSERT OR REPLACE INTO usage_spans (level, first, dimension, last, token, head, rest) "
                "VALUES "
                "(?1, ?2, ?3, ?4, ?5, NULL, NULL)")
            .with(place.level, place.first, dimension, last, token)
            .run();
    }
    groups = Groups(false);
    {
        const Transaction snapshot(connection, Transaction::Kind::Read);
        if (!add(connection, place, groups)) return true;
    }
    const SpanBlobs blobs = writeSpan(groups.all());
    const std::lock_guard lock(writing_);
    writer_
        .prepare(
            "UPDATE usage_spans SET head = ?1, rest = ?2 WHERE level = ?3 AND first = ?4 AND dimension = ?5 "
            "AND "
            "token = ?6")
        .with(Blob{blobs.head}, Blob{blobs.rest}, place.level, place.first, dimension, token)
        .run();
    return true;
}

// Days without any row need no span of their own. A day of customers, which may have none, is a day that is
// packed in usage_daily all the same: what goes with a change is that pack, and with it the span.
bool SpanBuilder::add(Connection& connection, const Place& place, Groups& groups) {
    if (place.level == 0) return addDay(connection, place, groups);
    SpanReader reader(connection, place.by);
    const int64_t half = int64_t{1} << (place.level - 1);
    bool any = false;
    for (const int64_t first : {place.first, place.first + half}) {
        const auto row = [&](int64_t value, const Sums& sums) { groups.add(value, 0, sums); };
        const auto next = reader.read(first, first + half - 1, row);
        if (next && *next != first + half) return false;
        if (!next && hasRows(connection, "usage_daily", first, first + half - 1)) return false;
        any |= next.has_value();
    }
    return any;
}

bool SpanBuilder::addDay(Connection& connection, const Place& place, Groups& groups) {
    auto pack = connection.prepare(
        "SELECT rows FROM usage_packed WHERE source = ?1 AND day = ?2 AND rows IS NOT NULL");
    if (!pack.with(static_cast<int>(Packed::Daily), place.first).step()) return false;
    const auto combos = combos_.upToDate(connection);
    if (place.by != By::EndUser) {
        return readPack(pack.blob(0), [&](int64_t combo, int64_t, const Sums& sums) {
            if (combo < combos.end()) groups.add(combos.part(place.by, combo), 0, sums);
        });
    }
    if (!pack.with(static_cast<int>(Packed::EndUser), place.first).step())
        return !hasRows(connection, tableOf(Packed::EndUser), place.first, place.first);
    return readPack(pack.blob(0),
                    [&](int64_t value, int64_t, const Sums& sums) { groups.add(value, 0, sums); });
}

}  // namespace store_sqlite
