#include "ledger.h"

#include "names.h"
#include "schema.h"

namespace store_postgres {
namespace {

std::string columnOf(By by) { return std::string("c.") + kComboNames[static_cast<size_t>(by)]; }

// What they add up to; sum() of bigint is numeric and never overflows.
constexpr const char* kAdded =
    "sum(d.requests), sum(d.successes), sum(d.failures), sum(d.unpriced), sum(d.prompt), sum(d.completion), "
    "sum(d.cached), sum(d.cache_write), sum(d.reasoning), sum(d.cost)";

bool joins(const Where& where, const std::vector<Cut>& cuts) {
    for (const auto& [by, numbers] : where) {
        if (isCombo(by)) return true;
    }
    for (const auto& by : cuts) {
        if (by && isCombo(*by)) return true;
    }
    return false;
}

}  // namespace

void addCombos(Conditions& conditions, const Where& where) {
    for (const auto& [by, numbers] : where) {
        if (isCombo(by)) conditions.add(columnOf(by) + " = ANY(?::bigint[])", arrayOf(numbers));
    }
}

Total totalOf(const Result& result, int row, int column) {
    Sums s;
    for (int64_t* each : {&s.requests, &s.successes, &s.failures, &s.unpriced, &s.prompt, &s.completion,
                          &s.cached, &s.cache_write, &s.reasoning})
        *each = result.integer(row, column++);
    Total total(s);
    total.cost = result.wide(row, column);
    return total;
}

std::set<int64_t> PostgresLedger::numbersOf(const std::set<std::string>& texts) {
    std::set<int64_t> numbers;
    Array array;
    for (const auto& text : texts) {
        if (text.empty())
            numbers.insert(0);
        else
            array.add(text);
    }
    if (array.empty()) return numbers;
    const auto found =
        connection_.run("SELECT id, name FROM names WHERE name = ANY($1::text[])", Values(array));
    for (int row = 0; row < found.rows(); ++row) {
        numbers.insert(found.integer(row, 0));
        names_[found.integer(row, 0)] = found.text(row, 1);
    }
    return numbers;
}

void PostgresLedger::expect(const std::vector<int64_t>& numbers) {
    std::set<int64_t> unknown;
    for (const int64_t number : numbers) {
        if (number != 0 && names_.count(number) == 0) unknown.insert(number);
    }
    if (unknown.empty()) return;
    const auto found =
        connection_.run("SELECT id, name FROM names WHERE id = ANY($1::bigint[])", Values(arrayOf(unknown)));
    for (int row = 0; row < found.rows(); ++row) names_[found.integer(row, 0)] = found.text(row, 1);
}

std::string PostgresLedger::nameOf(int64_t number) {
    const auto found = names_.find(number);
    return found == names_.end() ? std::string() : found->second;
}

// Without a where, each cut has the smallest table that has it; with one, all are of one table, so that the
// whole is what its parts are.
void PostgresLedger::sums(const Span& span, const std::vector<Cut>& cuts, const SumRow& row) {
    std::set<By> together;
    for (const auto& by : cuts) {
        if (by) together.insert(*by);
    }
    for (size_t i = 0; i < cuts.size(); ++i) {
        const std::set<By> alone = cuts[i] ? std::set<By>{*cuts[i]} : std::set<By>();
        const Source source = sourceOf(span.where, span.where.empty() ? alone : together);
        cut(span, source, i, cuts[i], row);
    }
}

void PostgresLedger::cut(const Span& span, const Source& source, size_t place, Cut by, const SumRow& row) {
    std::string table = "usage_daily";
    if (source.total) table += "_total";
    if (!source.total && source.own) table += source.own == By::Tag ? "_tag" : "_end_user";
    Conditions conditions;
    conditions.add("d.day >= ?::integer", span.from);
    conditions.add("d.day <= ?::integer", span.to);
    if (source.total) conditions.add("d.dimension = ?::integer", static_cast<int>(*source.total));
    if (source.own && span.where.count(*source.own) > 0)
        conditions.add("d.value = ANY(?::bigint[])", arrayOf(span.where.at(*source.own)));
    std::string from = " FROM " + table + " d";
    if (!source.total && joins(span.where, {by})) {
        from += " JOIN combos c ON c.id = d.combo";
        addCombos(conditions, span.where);
    }
    const std::string value = !by ? "0" : by == source.own ? "d.value" : columnOf(*by);
    std::string group = by ? value : "";
    if (span.by_day) group += group.empty() ? "d.day" : ", d.day";
    const auto found = connection_.once(std::string("SELECT ") + (span.by_day ? "d.day" : "0") + ", " +
                                            value + ", " + kAdded + from + conditions.text() +
                                            (group.empty() ? " HAVING count(*) > 0" : " GROUP BY " + group),
                                        conditions.values());
    for (int i = 0; i < found.rows(); ++i)
        row(place, found.integer(i, 0), found.integer(i, 1), totalOf(found, i, 2));
}

bool PostgresLedger::eventsFrom(By by, int64_t since_ms, const ValueRow& row) {
    const int64_t day = dayOf(since_ms);
    const auto kept =
        connection_.run("SELECT 1 FROM partitions WHERE month = $1::integer", Values(monthOf(day)));
    if (kept.rows() == 0) return false;
    Conditions conditions;
    conditions.add("d.day = ?::integer", day);
    conditions.add("d.start_ms >= ?::bigint", since_ms);
    std::string value = "d.end_user", join;
    if (isCombo(by)) {
        value = columnOf(by);
        join = " JOIN combos c ON c.id = d.combo";
    } else if (by == By::Tag) {
        value = "tag";
        join = " CROSS JOIN unnest(d.tags) AS tag";
    } else {
        conditions.add("d.end_user <> 0");
    }
    const std::string success = "d.outcome = (SELECT id FROM names WHERE name = 'success')";
    const auto found = connection_.once(
        "SELECT " + value + ", count(*), count(*) FILTER (WHERE " + success +
            "), 0, count(*) FILTER (WHERE d.cost IS NULL), sum(d.prompt), sum(d.completion), sum(d.cached), "
            "sum(d.cache_write), sum(d.reasoning), coalesce(sum(d.cost), 0) FROM usage d" +
            join + conditions.text() + " GROUP BY 1",
        conditions.values());
    for (int i = 0; i < found.rows(); ++i) {
        Total total = totalOf(found, i, 1);
        total.sums.failures = total.sums.requests - total.sums.successes;
        row(found.integer(i, 0), total);
    }
    return true;
}

std::vector<std::string> PostgresLedger::valuesOf(By by) {
    const std::string values =
        isCombo(by)     ? std::string("SELECT c.") + kComboNames[static_cast<size_t>(by)] + " FROM combos c"
        : by == By::Tag ? "SELECT value FROM usage_daily_total WHERE dimension = 6"
                        : "SELECT value FROM usage_daily_end_user";
    const auto found = connection_.once("SELECT name FROM names WHERE id IN (" + values + ")");
    std::vector<std::string> names;
    for (int row = 0; row < found.rows(); ++row) names.push_back(found.text(row, 0));
    return names;
}

}  // namespace store_postgres
