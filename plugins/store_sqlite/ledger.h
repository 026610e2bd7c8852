// The file as the reports see it: a transaction that reads, and the combos in memory.
#pragma once

#include "scan.h"

namespace store_sqlite {

class SqliteLedger final : public Ledger {
public:
    explicit SqliteLedger(const Snapshot& snapshot) : snapshot_(snapshot) {}

    std::set<int64_t> numbersOf(const std::set<std::string>& texts) override;
    void expect(const std::vector<int64_t>&) override {}  // a look-up is some microseconds
    std::string nameOf(int64_t number) override { return snapshot_.nameOf(number); }
    void sums(const Span& span, const std::vector<Cut>& cuts, const SumRow& row) override;
    bool eventsFrom(By by, int64_t since_ms, const ValueRow& row) override;
    bool logs(const LogQuestion& question, const RowSink& row) override;
    std::vector<std::string> valuesOf(By by) override;

private:
    // Cuts `first` to `last` - 1, in one go.
    void pass(const Span& span, const std::vector<Cut>& cuts, size_t first, size_t last, const SumRow& row);
    void spans(const Span& span, size_t cut, By by, const SumRow& row);
    void rows(const Span& span, const std::vector<Cut>& cuts, size_t first, size_t last, const SumRow& row);

    const Snapshot& snapshot_;
};

/// Events one by one; are there more? Rare callers are found by their days: the aggregates say on which days
/// they were there, and only those are gone through.
bool readLogs(const LogQuestion& question, const Snapshot& snapshot, const Ledger::RowSink& row);

}  // namespace store_sqlite
