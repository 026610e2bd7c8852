// What one event adds to sums, out of its row.
#pragma once

#include "scan.h"

namespace store_sqlite {

/// Ten columns of an event where an aggregate has its sums; the second is the number of the outcome.
constexpr const char* kEventSumColumns =
    "1, outcome, 0, cost IS NULL, prompt, completion, cached, cache_write, reasoning, cost";

class EventSums {
public:
    explicit EventSums(const Snapshot& snapshot) : success_(snapshot.idOf("success").value_or(-1)) {}

    /// `column`: where kEventSumColumns begin.
    Sums operator()(const Statement& row, int column) const {
        Sums sums = sumsOf(row, column);
        sums.successes = sums.successes == success_ ? 1 : 0;
        sums.failures = 1 - sums.successes;
        return sums;
    }

private:
    const int64_t success_;  // the number of the name; -1: no event has it
};

}  // namespace store_sqlite
