// {"report":"totals"}: sums since a moment, for budgets. Whole days come from the aggregates, the part of the
// first day from its events, so that the answer is exact as long as those are kept.
#include <algorithm>
#include <map>

#include "calendar.h"
#include "event.h"
#include "reports.h"
#include "schema.h"

namespace store_sqlite {
namespace {

using Totals = std::map<int64_t, Total>;  // by the number of the name

bool kept(const Snapshot& snapshot, int64_t month) {
    auto find = snapshot.connection.prepare("SELECT 1 FROM partitions WHERE month = ?1 AND ending = 0");
    return find.with(month).step();
}

// The events of a day from that moment on.
void addEvents(const Snapshot& snapshot, By by, int64_t since_ms, Totals& totals) {
    const int64_t day = dayOf(since_ms);
    auto read = snapshot.connection.prepare(
        "SELECT combo, end_user, attributes, flags, 1, outcome, 0, cost IS NULL, prompt, completion, cached, "
        "cache_write, reasoning, cost FROM " +
        partitionName(monthOf(day)) + " WHERE start_ms >= ?1 AND start_ms < ?2");
    const auto success = snapshot.idOf("success");
    read.with(since_ms, (day + 1) * kDayMs);
    while (read.step()) {
        Sums sums = Sums::of(read, 4);
        sums.successes = success && read.integer(5) == *success ? 1 : 0;
        sums.failures = 1 - sums.successes;
        if (isCombo(by)) {
            totals[snapshot.combos[read.integer(0)][static_cast<size_t>(by)]].add(sums);
        } else if (by == By::EndUser) {
            if (read.integer(1) != 0) totals[read.integer(1)].add(sums);
        } else {
            for (const auto& tag : tagsFrom(read.text(2))) totals[snapshot.idOf(tag).value_or(0)].add(sums);
        }
    }
}

}  // namespace

void reportTotals(const Question& question, const Snapshot& snapshot, Answer& answer) {
    question.only({"report", "dimension", "since_ms", "values"});
    const By by = question.by("dimension");
    const int64_t since_ms = question.number("since_ms", 0, 0, 253'402'300'799'999);
    WhereTexts texts;
    if (question.has("values")) {
        const auto values = question.texts("values");
        texts[by] = std::set<std::string>(values.begin(), values.end());
    }
    const auto where = resolved(texts, snapshot);
    const int64_t day = dayOf(since_ms);
    const bool whole = since_ms == day * kDayMs;
    const bool events = !whole && kept(snapshot, monthOf(day));
    Totals totals;
    if (events) addEvents(snapshot, by, since_ms, totals);
    Scan scan(snapshot, where, {by}, events ? day + 1 : day, *dayFrom("9999-12-31"));
    scan.each([&](int64_t, int64_t combo, int64_t value, const Sums& sums) {
        totals[scan.valueOf(by, combo, value)].add(sums);
    });
    answer.key("rows").open('[');
    for (const auto& [value, total] : totals) {
        if (!where.empty() && where.begin()->second.count(value) == 0) continue;
        answer.open('{').key(nameOf(by)).textOrNull(snapshot.nameOf(value)).sums(total).close('}');
    }
    answer.close(']').key("exact").boolean(whole || events);
}

}  // namespace store_sqlite
