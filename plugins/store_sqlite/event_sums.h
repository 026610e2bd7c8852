// What one event adds to sums.
#pragma once

#include "scan.h"
#include "usage_row.h"

namespace store_sqlite {

class EventSums {
public:
    explicit EventSums(const Snapshot& snapshot) : success_(snapshot.idOf("success").value_or(-1)) {}

    Sums operator()(const UsageRow& row) const {
        Sums sums;
        sums.requests = 1;
        (row[UsageRow::Outcome] == success_ ? sums.successes : sums.failures) = 1;
        sums.unpriced = row[UsageRow::Priced] != 0 ? 0 : 1;
        sums.prompt = row[UsageRow::Prompt];
        sums.completion = row[UsageRow::Completion];
        sums.cached = row[UsageRow::Cached];
        sums.cache_write = row[UsageRow::CacheWrite];
        sums.reasoning = row[UsageRow::Reasoning];
        sums.cost = row[UsageRow::Cost];
        return sums;
    }

private:
    const int64_t success_;  // the number of the name; -1: no event has it
};

}  // namespace store_sqlite
