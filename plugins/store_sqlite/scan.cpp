#include "scan.h"

#include <algorithm>

#include "schema.h"

namespace store_sqlite {
namespace {

constexpr int kCorrupt = 11;  // SQLITE_CORRUPT

// One look-up by the primary key costs about as much as six rows of a scan.
constexpr int64_t kLookupsMax = 50'000;

// Where its column `value` is that.
Packed packedOf(std::optional<By> own) {
    return !own ? Packed::Daily : own == By::Tag ? Packed::Tag : Packed::EndUser;
}

}  // namespace

std::optional<int64_t> Snapshot::idOf(std::string_view name) const {
    if (name.empty()) return 0;
    auto find = connection.prepare("SELECT id FROM names WHERE name = ?1");
    if (!find.with(name).step()) return std::nullopt;
    return find.integer(0);
}

std::string Snapshot::nameOf(int64_t id) const {
    const auto [entry, fresh_one] = known.try_emplace(id);
    if (!fresh_one) return entry->second;
    if (!find_name) find_name = connection.prepare("SELECT name FROM names WHERE id = ?1");
    if (find_name.with(id).step()) entry->second = find_name.text(0);
    find_name.rewind();
    return entry->second;
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
    for (const auto& [by, wanted] : where_) {
        if (!isCombo(by)) continue;
        narrow(snapshot_.combos.column(by), wanted);
        filtered_ = true;
    }
    if (!filtered_) return;
    fits_.resize(static_cast<size_t>(snapshot_.combos.end()));
    for (const int64_t combo : matching_) fits_[static_cast<size_t>(combo)] = true;
}

// The first time of all combos, then of those that are left.
void Scan::narrow(const Combos::Column& column, const std::set<int64_t>& wanted) {
    const auto keep = [&](const auto& fits) {
        if (filtered_) {
            std::erase_if(matching_,
                          [&](int64_t combo) { return !fits(column[static_cast<size_t>(combo)]); });
            return;
        }
        for (size_t combo = 1; combo < column.size(); ++combo) {
            if (fits(column[combo])) matching_.push_back(static_cast<int64_t>(combo));
        }
    };
    if (wanted.size() == 1)  // mostly
        return keep([only = *wanted.begin()](int64_t name) { return name == only; });
    std::vector<bool> names(wanted.empty() ? 0 : static_cast<size_t>(*wanted.rbegin()) + 1);
    for (const int64_t id : wanted) names[static_cast<size_t>(id)] = true;
    keep([&](uint32_t name) { return name < names.size() && names[name]; });
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
    last_ = snapshot_.connection.value("SELECT max(day) FROM " + table_);
    to_ = std::min(to_, last_);
}

std::pair<int64_t, int64_t> Scan::days() {
    clipDays();
    return {from_, to_};
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
    const PackedTest fits_row = [&](int64_t first, int64_t second) {
        return own_ ? fits(first, second) : fits(0, first);
    };
    auto packed = snapshot_.connection.prepare(
        "SELECT day, rows FROM usage_packed WHERE source = ?1 AND day BETWEEN ?2 AND ?3 AND rows IS NOT NULL "
        "ORDER BY day");
    packed.with(static_cast<int>(packedOf(own_)), from_, to_);
    int64_t next = from_;
    while (packed.step()) {
        const int64_t day = packed.integer(0);
        unpacked(sql, next, day - 1, fits, row);
        next = day + 1;
        const auto tell = [&](int64_t first, int64_t second, const Sums& sums) {
            own_ ? row(day, second, first, sums) : row(day, first, 0, sums);
        };
        const bool whole = readPack(packed.blob(1), tell, &fits_row);
        if (!whole) throw SqlError(kCorrupt, "a packed day is broken");
    }
    unpacked(sql, next, to_, fits, row);
}

// The last days out of memory, what there is of others out of the table.
void Scan::unpacked(const std::string& sql, int64_t from, int64_t to, const PackedTest& fits,
                    const Row& row) {
    const int64_t fresh = std::max(from, last_ - 1);
    if (from < fresh) {
        auto read = snapshot_.connection.prepare(sql + " WHERE day BETWEEN ?1 AND ?2");
        read.with(from, std::min(to, fresh - 1));
        while (read.step()) {
            const int64_t value = read.integer(1);
            const int64_t combo = read.integer(2);
            if (fits(value, combo)) row(read.integer(0), combo, value, sumsOf(read, 3));
        }
    }
    for (int64_t day = fresh; day <= to; ++day) {
        for (const auto& one : snapshot_.fresh.rowsOf(packedOf(own_), day, snapshot_)->rows) {
            if (fits(one.value, one.combo)) row(day, one.combo, one.value, one.sums);
        }
    }
}

}  // namespace store_sqlite
