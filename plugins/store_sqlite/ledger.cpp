#include "ledger.h"

#include "schema.h"

namespace store_sqlite {

std::set<int64_t> SqliteLedger::numbersOf(const std::set<std::string>& texts) {
    std::set<int64_t> numbers;
    for (const auto& text : texts) {
        if (const auto number = snapshot_.idOf(text)) numbers.insert(*number);
    }
    return numbers;
}

// A pass for each cut if small tables can answer, one for all of them if not.
void SqliteLedger::sums(const Span& span, const std::vector<Cut>& cuts, const SumRow& row) {
    if (!span.where.empty()) return pass(span, cuts, 0, cuts.size(), row);
    for (size_t i = 0; i < cuts.size(); ++i) pass(span, cuts, i, i + 1, row);
}

void SqliteLedger::pass(const Span& span, const std::vector<Cut>& cuts, size_t first, size_t last,
                        const SumRow& row) {
    std::set<By> needed;
    for (size_t i = first; i < last; ++i) {
        if (cuts[i]) needed.insert(*cuts[i]);
    }
    Scan scan(snapshot_, span.where, needed, span.from, span.to);
    scan.each([&](int64_t day, int64_t combo, int64_t value, const Sums& sums) {
        const Total total(sums);
        for (size_t i = first; i < last; ++i)
            row(i, span.by_day ? day : 0, cuts[i] ? scan.valueOf(*cuts[i], combo, value) : 0, total);
    });
}

bool SqliteLedger::eventsFrom(By by, int64_t since_ms, const ValueRow& row) {
    const int64_t day = dayOf(since_ms);
    auto kept = snapshot_.connection.prepare("SELECT 1 FROM partitions WHERE month = ?1 AND ending = 0");
    if (!kept.with(monthOf(day)).step()) return false;
    auto read = snapshot_.connection.prepare(
        "SELECT combo, end_user, attributes, flags, 1, outcome, 0, cost IS NULL, prompt, completion, cached, "
        "cache_write, reasoning, cost FROM " +
        partitionName(monthOf(day)) + " WHERE start_ms >= ?1 AND start_ms < ?2");
    const auto success = snapshot_.idOf("success");
    read.with(since_ms, (day + 1) * kDayMs);
    while (read.step()) {
        Sums sums = sumsOf(read, 4);
        sums.successes = success && read.integer(5) == *success ? 1 : 0;
        sums.failures = 1 - sums.successes;
        const Total total(sums);
        if (isCombo(by)) {
            row(snapshot_.combos[read.integer(0)][static_cast<size_t>(by)], total);
        } else if (by == By::EndUser) {
            if (read.integer(1) != 0) row(read.integer(1), total);
        } else {
            for (const auto& tag : tagsFrom(read.text(2))) row(snapshot_.idOf(tag).value_or(0), total);
        }
    }
    return true;
}

bool SqliteLedger::logs(const LogQuestion& question, const RowSink& row) {
    return readLogs(question, snapshot_, row);
}

std::vector<std::string> SqliteLedger::valuesOf(By by) {
    std::set<int64_t> values;
    if (isCombo(by)) {
        for (int64_t combo = 1; combo < snapshot_.combos.end(); ++combo)
            values.insert(snapshot_.combos[combo][static_cast<size_t>(by)]);
    } else {
        // From one to the next by the primary key, and not over all the rows.
        const bool tag = by == By::Tag;
        auto read = snapshot_.connection.prepare(
            tag ? "SELECT DISTINCT value FROM usage_daily_total WHERE dimension = 6"
                : "SELECT DISTINCT value FROM usage_daily_end_user");
        while (read.step()) values.insert(read.integer(0));
    }
    values.erase(0);
    std::vector<std::string> names;
    for (const int64_t value : values) names.push_back(snapshot_.nameOf(value));
    return names;
}

}  // namespace store_sqlite
