// Reading aggregates: of all tables that can answer, the smallest.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "combos.h"
#include "fresh.h"
#include "packed.h"
#include "sqlite.h"
#include "store_common/event.h"
#include "store_common/ledger.h"

namespace store_sqlite {

/// A connection within a transaction, and what it needs to understand rows.
struct Snapshot {
    Connection& connection;
    const Combos::View& combos;
    Fresh& fresh;

    /// The number of a text; nothing if no row has it.
    std::optional<int64_t> idOf(std::string_view name) const;
    std::string nameOf(int64_t id) const;

    // nameOf's statement, made once, and what it has found: the same names come day by day.
    mutable Statement find_name{};
    mutable std::unordered_map<int64_t, std::string> known{};
};

class Scan {
public:
    /// Of days `from` to `to`, both included. `needed`: what the rows are going to be asked for. Throws
    /// QuestionError if no table has all that.
    Scan(const Snapshot& snapshot, Where where, const std::set<By>& needed, int64_t from, int64_t to);

    using Row = std::function<void(int64_t day, int64_t combo, int64_t value, const Sums& sums)>;
    /// Every row that matches. Its order is nobody's promise.
    void each(const Row& row);

    /// Of the days asked for those between the first and the last that have rows of a detailed table.
    std::pair<int64_t, int64_t> days();

    /// The number of the name that a row has for a dimension that was said to be needed.
    int64_t valueOf(By by, int64_t combo, int64_t value) const {
        return by == own_ || !isCombo(by) ? value : snapshot_.combos.part(by, combo);
    }

    /// The numbers of combos that match the where, but for tags and end users; all if it says nothing of
    /// them.
    const std::vector<int64_t>& matching() const { return matching_; }
    bool filtersCombos() const { return filtered_; }

private:
    void totals(const Row& row);
    void details(const Row& row);
    void clipDays();
    void all(const std::string& sql, const Row& row);
    void unpacked(const std::string& sql, int64_t from, int64_t to, const PackedTest& fits, const Row& row);
    void match();
    void narrow(const Combos::Column& column, const std::set<int64_t>& wanted);

    const Snapshot& snapshot_;
    const Where where_;
    int64_t from_, to_;
    std::string table_;  // empty: usage_daily_total
    Dimension total_ = Dimension::All;
    std::optional<By> own_;  // what the column `value` is
    int64_t last_ = 0;       // the last day that has rows
    bool filtered_ = false;
    std::vector<int64_t> matching_;
    std::vector<bool> fits_;
};

}  // namespace store_sqlite
