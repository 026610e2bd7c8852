// Usage events out of their months: batches, and the rows of releases before.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sqlite.h"
#include "usage_row.h"

namespace store_sqlite {

using EventTest = std::function<bool(const UsageRow& row)>;

/// Events of a batch, those that are wanted. Its rows' texts are its bytes'.
struct Batch {
    struct Event {
        size_t place;  // in the batch
        UsageRow row;
    };

    explicit Batch(std::string_view events, const EventTest& wanted = nullptr);
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    const std::string bytes;
    size_t count = 0;  // of all
    std::vector<Event> wanted;
};

/// Columns of a row of a release before, for rowOf.
extern const char* const kRowColumns;
/// `column`: where they begin. Texts live until the statement's next step.
UsageRow rowOf(const Statement& row, int column);

/// Numbers of the last ones there are; of each kind they begin with 1.
struct LastEvent {
    int64_t of_batches = 0, of_rows = 0;
    int64_t count() const { return of_batches + of_rows; }
    bool operator==(const LastEvent&) const = default;
    /// Of the same month: has one of them come since?
    bool before(const LastEvent& other) const { return count() < other.count(); }
};
LastEvent lastEventOf(Connection& connection, int64_t month);

using EventRow = std::function<void(const UsageRow& row)>;
/// Every event that began on the day, at `from_ms` or later. Their order is nobody's promise.
void eachEventFrom(Connection& connection, int64_t day, int64_t from_ms, const EventRow& event);
/// Every event of the day that was written after `last`.
void eachEventAfter(Connection& connection, int64_t day, const LastEvent& last, const EventRow& event);

/// Events of batches by their number, in one month.
class EventFinder {
public:
    EventFinder() = default;
    EventFinder(Connection& connection, int64_t month);

    /// Null if it is gone. Until the next call.
    const UsageRow* find(int64_t event);
    /// Forgets what it has read; the file may have changed.
    void forget() { batch_.reset(); }

private:
    Statement read_;
    int64_t last_ = 0;  // event of batch_
    std::unique_ptr<const Batch> batch_;
};

}  // namespace store_sqlite
