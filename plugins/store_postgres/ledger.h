// The database as the reports see it: one transaction that reads, and sums that the server has added up.
#pragma once

#include <string>
#include <unordered_map>

#include "pq.h"
#include "store_common/ledger.h"

namespace store_postgres {

class PostgresLedger final : public Ledger {
public:
    explicit PostgresLedger(Connection& connection) : connection_(connection) {}

    std::set<int64_t> numbersOf(const std::set<std::string>& texts) override;
    void expect(const std::vector<int64_t>& numbers) override;
    std::string nameOf(int64_t number) override;
    void sums(const Span& span, const std::vector<Cut>& cuts, const SumRow& row) override;
    bool eventsFrom(By by, int64_t since_ms, const ValueRow& row) override;
    bool logs(const LogQuestion& question, const RowSink& row) override;
    std::vector<std::string> valuesOf(By by) override;

private:
    void cut(const Span& span, const Source& source, size_t place, Cut by, const SumRow& row);

    Connection& connection_;
    std::unordered_map<int64_t, std::string> names_;
};

/// Conditions of a statement and their parameters, put together from texts of ours.
class Conditions {
public:
    /// `sql` with the number of the parameter in the place of the question mark.
    template <class Value>
    void add(const std::string& sql, const Value& value) {
        values_.add(value);
        std::string one = sql;
        one.replace(one.find('?'), 1, "$" + std::to_string(values_.size()));
        add(one);
    }
    void add(const std::string& sql) { text_ += (text_.empty() ? " WHERE " : " AND ") + sql; }
    const std::string& text() const { return text_; }
    const Values& values() const { return values_; }

private:
    std::string text_;
    Values values_;
};

/// The combos of `where`, by the columns of the table that stands as c.
void addCombos(Conditions& conditions, const Where& where);

/// Ten columns, kSumColumns, from that one on.
Total totalOf(const Result& result, int row, int column);

}  // namespace store_postgres
