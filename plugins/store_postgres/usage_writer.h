// Usage events into the database: the rows, and all aggregates that they belong to, in one transaction. One
// transaction at a time, in all gateways: they would wait for each other at the sums of the day anyway, and
// so nothing has to be thought of two that know the same call.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "names.h"
#include "store_common/event.h"
#include "store_common/ledger.h"

namespace store_postgres {

/// For one thread at a time.
class UsageWriter {
public:
    explicit UsageWriter(std::string schema) : schema_(std::move(schema)) {}

    /// Within the transaction that runs. Events whose call id is there already, on the day of the event, the
    /// one before or the one after, are left out; how many were new. After a transaction that was taken back,
    /// or whose end is not known: forget().
    size_t append(Connection& connection, const std::vector<Event>& events);
    void forget() { names_.forget(); }

private:
    using Fresh = std::vector<const Event*>;
    template <size_t Parts>
    using Rows = std::map<std::array<int64_t, Parts>, Sums>;  // in the order of the primary key

    static Fresh freshOf(Connection& connection, const std::vector<Event>& events);
    void learn(Connection& connection, const Fresh& events);
    void addRows(Connection& connection, const Fresh& events) const;
    void addSums(Connection& connection, const Fresh& events) const;
    Combo partsOf(const Event& event) const;

    const std::string schema_;
    Names names_;
};

}  // namespace store_postgres
