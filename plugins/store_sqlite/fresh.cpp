#include "fresh.h"

#include <algorithm>

#include "event_sums.h"
#include "scan.h"
#include "schema.h"

namespace store_sqlite {
namespace {

// An event more takes about as long as two rows of an aggregate.
constexpr int64_t kEventsAtLeast = 1'000;

using Changes = std::map<std::pair<int64_t, int64_t>, Sums>;

// Of the month that the day is in. Nothing: events are being taken away, and numbers may begin anew.
std::optional<LastEvent> lastEventOf(const Snapshot& snapshot, int64_t day) {
    auto kept = snapshot.connection.prepare("SELECT 1 FROM partitions WHERE month = ?1 AND ending = 0");
    if (!kept.with(monthOf(day)).step()) return std::nullopt;
    return store_sqlite::lastEventOf(snapshot.connection, monthOf(day));
}

FreshDay read(Packed which, int64_t day, const Snapshot& snapshot) {
    FreshDay fresh;
    auto read = snapshot.connection.prepare(std::string("SELECT ") +
                                            (which == Packed::Daily ? "0, combo, " : "value, combo, ") +
                                            kSumColumns + " FROM " + tableOf(which) + " WHERE day = ?1");
    read.with(day);
    while (read.step()) fresh.rows.push_back({read.integer(0), read.integer(1), sumsOf(read, 2)});
    return fresh;
}

// Of events after that one.
Changes changesSince(const LastEvent& last, Packed which, int64_t day, const Snapshot& snapshot) {
    Changes changes;
    const EventSums sums_of(snapshot);
    eachEventAfter(snapshot.connection, day, last, [&](const UsageRow& event) {
        const int64_t combo = event[UsageRow::ComboId], end_user = event[UsageRow::EndUser];
        const Sums sums = sums_of(event);
        if (which == Packed::Daily) {
            changes[{0, combo}].add(sums);
        } else if (which == Packed::EndUser) {
            if (end_user != 0) changes[{end_user, combo}].add(sums);
        } else {
            for (const auto& tag : tagsFrom(event[UsageRow::Attributes]))
                changes[{snapshot.idOf(tag).value_or(0), combo}].add(sums);
        }
    });
    return changes;
}

// Both are in the order of the primary key.
std::vector<FreshRow> merged(const std::vector<FreshRow>& rows, const Changes& changes) {
    std::vector<FreshRow> all;
    all.reserve(rows.size() + changes.size());
    auto change = changes.begin();
    for (const auto& row : rows) {
        const auto key = std::pair(row.value, row.combo);
        for (; change != changes.end() && change->first < key; ++change)
            all.push_back({change->first.first, change->first.second, change->second});
        all.push_back(row);
        if (change != changes.end() && change->first == key) all.back().sums.add((change++)->second);
    }
    for (; change != changes.end(); ++change)
        all.push_back({change->first.first, change->first.second, change->second});
    return all;
}

}  // namespace

std::shared_ptr<const FreshDay> Fresh::rowsOf(Packed which, int64_t day, const Snapshot& snapshot) {
    const auto last = lastEventOf(snapshot, day);
    std::shared_ptr<const FreshDay> known;
    {
        const std::lock_guard lock(mutex_);
        const auto found = days_.find({which, day});
        if (last && found != days_.end()) known = found->second;
    }
    if (known && known->last_event == *last) return known;
    auto fresh = std::make_shared<FreshDay>();
    // Somebody whose transaction began later may have been here: then there is more in it than this one sees.
    const bool near = known && known->last_event.before(*last) &&
                      last->count() - known->last_event.count() <
                          std::max<int64_t>(kEventsAtLeast, static_cast<int64_t>(known->rows.size() / 2));
    if (near)
        fresh->rows = merged(known->rows, changesSince(known->last_event, which, day, snapshot));
    else
        *fresh = read(which, day, snapshot);
    if (!last) return fresh;
    fresh->last_event = *last;
    const std::lock_guard lock(mutex_);
    auto& place = days_[{which, day}];
    if (!place || place->last_event.before(fresh->last_event)) place = fresh;
    // The oldest of the same table goes: a map is in the order of its days.
    const auto first = days_.lower_bound({which, INT64_MIN});
    if (std::distance(first, days_.upper_bound({which, INT64_MAX})) > static_cast<std::ptrdiff_t>(kDays))
        days_.erase(first);
    return fresh;
}

}  // namespace store_sqlite
