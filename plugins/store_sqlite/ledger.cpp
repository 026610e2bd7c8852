#include "ledger.h"

#include "event_sums.h"
#include "events.h"
#include "spans.h"

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

// Keys, users or customers, all of them: from spans of days, and where there are none from the days
// themselves.
void SqliteLedger::pass(const Span& span, const std::vector<Cut>& cuts, size_t first, size_t last,
                        const SumRow& row) {
    const bool one = last - first == 1 && span.where.empty() && cuts[first];
    if (one && spanDimensionOf(*cuts[first])) return spans(span, first, *cuts[first], row);
    rows(span, cuts, first, last, row);
}

void SqliteLedger::spans(const Span& span, size_t cut, By by, const SumRow& row) {
    SpanReader reader(snapshot_.connection, by);
    const auto [from, to] = Scan(snapshot_, {}, {by}, span.from, span.to).days();
    const std::vector<Cut> cuts(cut + 1, by);
    for (int64_t day = from; day <= to;) {
        const auto tell = [&](int64_t value, const Sums& sums) {
            row(cut, span.by_day ? day : 0, value, Total(sums));
        };
        const bool head = span.by_day && span.dearest > 0 && span.dearest <= kSpanHeadRows;
        if (head && reader.top(day, span.dearest, tell)) {
            ++day;
        } else if (const auto next = reader.read(day, span.by_day ? day : to, tell)) {
            day = *next;
        } else {
            rows({{}, day, day, span.by_day}, cuts, cut, cut + 1, row);
            ++day;
        }
    }
}

void SqliteLedger::rows(const Span& span, const std::vector<Cut>& cuts, size_t first, size_t last,
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
    const EventSums sums_of(snapshot_);
    eachEventFrom(snapshot_.connection, day, since_ms, [&](const UsageRow& event) {
        const Total total(sums_of(event));
        if (isCombo(by)) {
            row(snapshot_.combos.part(by, event[UsageRow::ComboId]), total);
        } else if (by == By::EndUser) {
            if (event[UsageRow::EndUser] != 0) row(event[UsageRow::EndUser], total);
        } else {
            for (const auto& tag : tagsFrom(event[UsageRow::Attributes]))
                row(snapshot_.idOf(tag).value_or(0), total);
        }
    });
    return true;
}

bool SqliteLedger::logs(const LogQuestion& question, const RowSink& row) {
    return readLogs(question, snapshot_, row);
}

std::vector<std::string> SqliteLedger::valuesOf(By by) {
    std::vector<bool> seen(1);  // by the number of the name
    const auto see = [&](int64_t value) {
        if (seen.size() <= static_cast<size_t>(value)) seen.resize(2 * static_cast<size_t>(value) + 1);
        seen[static_cast<size_t>(value)] = true;
    };
    if (isCombo(by)) {
        for (const uint32_t value : snapshot_.combos.column(by)) see(value);
    } else {
        const Span all{{}, 0, *dayFrom("9999-12-31")};
        sums(all, {by}, [&](size_t, int64_t, int64_t value, const Total&) { see(value); });
    }
    std::vector<std::string> names;
    for (size_t value = 1; value < seen.size(); ++value) {
        if (seen[value]) names.push_back(snapshot_.nameOf(static_cast<int64_t>(value)));
    }
    return names;
}

}  // namespace store_sqlite
