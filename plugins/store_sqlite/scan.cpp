#include "scan.h"

#include <algorithm>

#include "schema.h"

namespace store_sqlite {
namespace {

constexpr int kCorrupt = 11;  // SQLITE_CORRUPT

// One look-up by the primary key costs about as much as six rows of a scan.
constexpr int64_t kLookupsMax = 50'000;

}  // namespace

std::optional<int64_t> Snapshot::idOf(std::string_view name) const {
    if (name.empty()) return 0;
    auto find = connection.prepare("SELECT id FROM names WHERE name = ?1");
    if (!find.with(name).step()) return std::nullopt;
    return find.integer(0);
}

std::string Snapshot::nameOf(int64_t id) const {
    if (!find_name) find_name = connection.prepare("SELECT name FROM names WHERE id = ?1");
    std::string name = find_name.with(id).step() ? std::string(find_name.text(0)) : std::string();
    find_name.rewind();
    return name;
}

Scan::Scan(const Snapshot& snapshot, Where where, const std::set<By>& needed, int64_t from, int64_t to)
    : snapshot_(snapshot), where_(std::move(where)), from_(from), to_(to) {
    const Source source = sourceOf(where_, needed);
    own_ = source.own;
    if (source.total) {
        total_ = *source.total;
        return;
    }
    table_ = "usage_daily";
    if (own_) table_ += own_ == By::Tag ? "_tag" : "_end_user";
    match();
}

void Scan::match() {
    for (const auto& [by, ids] : where_) filtered_ |= isCombo(by);
    if (!filtered_) return;
    fits_.resize(static_cast<size_t>(snapshot_.combos.end()));
    for (int64_t combo = 1; combo < snapshot_.combos.end(); ++combo) {
        const bool fits = std::all_of(where_.begin(), where_.end(), [&](const auto& one) {
            return !isCombo(one.first) ||
                   one.second.count(snapshot_.combos[combo][static_cast<size_t>(one.first)]) > 0;
        });
        if (!fits) continue;
        fits_[static_cast<size_t>(combo)] = true;
        matching_.push_back(combo);
    }
}

void Scan::each(const Row& row) {
    if (table_.empty()) return totals(row);
    details(row);
}

void Scan::totals(const Row& row) {
    auto read = snapshot_.connection.prepare(
        std::string("SELECT day, value, ") + kSumColumns +
        " FROM usage_daily_total WHERE dimension = ?1 AND day BETWEEN ?2 AND ?3");
    read.with(static_cast<int64_t>(total_), from_, to_);
    const auto* wanted = own_ && where_.count(*own_) > 0 ? &where_.at(*own_) : nullptr;
    while (read.step()) {
        const int64_t value = read.integer(1);
        if (wanted && wanted->count(value) == 0) continue;
        row(read.integer(0), 0, value, sumsOf(read, 2));
    }
}

// Days without rows cost a look-up each, where rows are looked up.
void Scan::clipDays() {
    from_ = std::max(from_, snapshot_.connection.value("SELECT min(day) FROM " + table_));
    to_ = std::min(to_, snapshot_.connection.value("SELECT max(day) FROM " + table_));
}

void Scan::details(const Row& row) {
    const std::string columns = own_ ? "day, value, combo, " : "day, 0, combo, ";
    std::string sql = "SELECT " + columns + kSumColumns + " FROM " + table_;
    const bool by_value = own_ && where_.count(*own_) > 0;
    const auto tell = [&](const Statement& found) {
        const int64_t combo = found.integer(2);
        if (!filtered_ || fits_[static_cast<size_t>(combo)])
            row(found.integer(0), combo, found.integer(1), sumsOf(found, 3));
    };
    clipDays();
    const int64_t days = std::max<int64_t>(0, to_ - from_ + 1);
    std::vector<int64_t> keys = matching_;
    if (by_value) keys.assign(where_.at(*own_).begin(), where_.at(*own_).end());
    const bool look_up = by_value || (!own_ && filtered_);
    if (look_up && static_cast<int64_t>(keys.size()) * days <= kLookupsMax) {
        auto read = snapshot_.connection.prepare(sql + " WHERE day = ?1 AND " +
                                                 (by_value ? "value" : "combo") + " = ?2");
        for (int64_t day = from_; day <= to_; ++day) {
            for (const int64_t key : keys) {
                read.with(day, key);
                while (read.step()) tell(read);
            }
        }
        return;
    }
    all(sql, row);
}

// Days that are packed from their blobs, the ones between from their rows.
void Scan::all(const std::string& sql, const Row& row) {
    const std::set<int64_t>* const wanted = own_ && where_.count(*own_) > 0 ? &where_.at(*own_) : nullptr;
    const auto fits = [&](int64_t value, int64_t combo) {
        if (combo < 0 || combo >= snapshot_.combos.end()) return false;
        return (!wanted || wanted->count(value) > 0) && (!filtered_ || fits_[static_cast<size_t>(combo)]);
    };
    auto read = snapshot_.connection.prepare(sql + " WHERE day BETWEEN ?1 AND ?2");
    const auto rows = [&](int64_t from, int64_t to) {
        if (from > to) return;
        read.with(from, to);
        while (read.step()) {
            const int64_t value = read.integer(1);
            const int64_t combo = read.integer(2);
            if (fits(value, combo)) row(read.integer(0), combo, value, sumsOf(read, 3));
        }
    };
    const Packed which = !own_ ? Packed::Daily : own_ == By::Tag ? Packed::Tag : Packed::EndUser;
    auto packed = snapshot_.connection.prepare(
        "SELECT day, rows FROM usage_packed WHERE source = ?1 AND day BETWEEN ?2 AND ?3 AND rows IS NOT NULL "
        "ORDER BY day");
    packed.with(static_cast<int>(which), from_, to_);
    int64_t next = from_;
    while (packed.step()) {
        const int64_t day = packed.integer(0);
        rows(next, day - 1);
        next = day + 1;
        const bool whole = readPack(packed.blob(1), [&](int64_t first, int64_t second, const Sums& sums) {
            const int64_t combo = own_ ? second : first;
            const int64_t value = own_ ? first : 0;
            if (fits(value, combo)) row(day, combo, value, sums);
        });
        if (!whole) throw SqlError(kCorrupt, "a packed day is broken");
    }
    rows(next, to_);
}

}  // namespace store_sqlite
