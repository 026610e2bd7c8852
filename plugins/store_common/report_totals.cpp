// {"report":"totals"}: sums since a moment, for budgets. Whole days come from the aggregates, the part of the
// first day from its events, so that the answer is exact as long as those are kept.
#include <map>

#include "store_common/calendar.h"
#include "store_common/reports.h"

namespace store_common {

void reportTotals(const Question& question, Ledger& ledger, Answer& answer) {
    question.only({"report", "dimension", "since_ms", "values"});
    const By by = question.by("dimension");
    const int64_t since_ms = question.number("since_ms", 0, 0, kLastMs);
    WhereTexts texts;
    if (question.has("values")) {
        const auto values = question.texts("values");
        texts[by] = std::set<std::string>(values.begin(), values.end());
    }
    Span span;
    span.where = resolved(texts, ledger);
    const int64_t day = dayOf(since_ms);
    const bool whole = since_ms == day * kDayMs;
    std::map<int64_t, Total> totals;  // by the number of the name
    const bool events = !whole && ledger.eventsFrom(by, since_ms, [&](int64_t value, const Total& total) {
        totals[value].add(total);
    });
    span.from = events ? day + 1 : day;
    span.to = *dayFrom("9999-12-31");
    ledger.sums(span, {by},
                [&](size_t, int64_t, int64_t value, const Total& total) { totals[value].add(total); });
    std::vector<int64_t> shown;
    for (const auto& [value, total] : totals) {
        if (span.where.empty() || span.where.begin()->second.count(value) > 0) shown.push_back(value);
    }
    ledger.expect(shown);
    answer.key("rows").open('[');
    for (const int64_t value : shown)
        answer.open('{').key(nameOf(by)).textOrNull(ledger.nameOf(value)).sums(totals[value]).close('}');
    answer.close(']').key("exact").boolean(whole || events);
}

}  // namespace store_common
