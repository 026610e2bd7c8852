// Reports over all keys, users or customers need not go through every row of every day: what each of them has
// used is kept for spans of 1, 2, 4, … days as well. Thirty days are at most eight of them.
//
// A span of 2^level days begins at a multiple of 2^level and is one blob, the dearest first, so that the top
// of a day is its beginning. It is made of days that are packed (packed.h) and goes with the first of them
// that is changed: two triggers of the schema see to that, so that gateways of the release before keep the
// promise, too.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "combos.h"
#include "database.h"
#include "packed.h"
#include "store_common/groups.h"
#include "store_common/ledger.h"

namespace store_sqlite {

constexpr int kSpanLevels = 11;          // up to 1,024 days
constexpr size_t kSpanHeadRows = 1'000;  // read without the rest

/// Whose sums are kept in spans; where they stand in the table, never to be renumbered. Nothing for what
/// usage_daily_total has.
std::optional<int> spanDimensionOf(By by);

/// The blobs of groups: `head` has the dearest kSpanHeadRows in their order, `rest` the others by value, so
/// that who adds up several spans finds one after the other close together in memory.
struct SpanBlobs {
    std::string head, rest;
};
SpanBlobs writeSpan(std::vector<Group>& groups);
using SpanRow = std::function<void(int64_t value, const Sums& sums)>;
/// Tells of at most `most` values, in their order; of one that has cost more than fits, several times in a
/// row. False: the bytes are not what writeSpan writes.
bool readSpan(std::string_view bytes, size_t most, const SpanRow& row);

/// Days of a question, taken from spans where they are.
class SpanReader {
public:
    SpanReader(Connection& connection, By by);

    /// The largest span of those that begin with `day` and end with `to` or before, told of; the day after
    /// it. Nothing: there is none.
    std::optional<int64_t> read(int64_t day, int64_t to, const SpanRow& row);
    /// The dearest of a day alone. False: it is no span yet.
    bool top(int64_t day, size_t most, const SpanRow& row);

private:
    const int dimension_;
    Statement find_, head_;
};

/// Makes the spans that are missing, one a step.
class SpanBuilder {
public:
    SpanBuilder(const Database& database, Combos& combos, Connection& writer, std::mutex& writing)
        : database_(database), combos_(combos), writer_(writer), writing_(writing) {}

    /// True: there may be more to do at once. Throws SqlError.
    bool buildNext();

private:
    struct Place {
        By by;
        int level;
        int64_t first;
    };
    bool build(const Place& place);
    /// False: a part is not there yet, or there is nothing.
    bool add(Connection& connection, const Place& place, Groups& groups);
    bool addDay(Connection& connection, const Place& place, Groups& groups);

    const Database& database_;
    Combos& combos_;
    Connection& writer_;
    std::mutex& writing_;
};

}  // namespace store_sqlite
