// Where events wait, in memory, for the next write to the spool.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include <sluice/sluice.h>

namespace ledger {

/// Frames (frame.h), not sealed yet, and how many.
struct Frames {
    std::string bytes;
    size_t events = 0;

    bool empty() const { return events == 0; }
};

/// All that a request pays for: the event is copied behind the others, under a lock that is held for that
/// long. No system call unless two threads meet.
class Intake {
public:
    /// `bytes_max`: beyond it events are dropped and counted: the writer is stuck. `random`: makes ids unlike
    /// those of other instances.
    Intake(size_t bytes_max, uint64_t random) : bytes_max_(bytes_max), random_(random) {}
    Intake(const Intake&) = delete;
    Intake& operator=(const Intake&) = delete;

    /// A record without any id is given one, so that a replay of it is known. A start that is no moment
    /// becomes now: the event has the same day then whenever it is replayed. [any]
    void add(const sluice_record& record);

    /// All events so far; what `used` has allocated is used again. [writer]
    void take(Frames& used);

    uint64_t taken() const;
    uint64_t dropped() const;

private:
    void append(const sluice_record& record);

    const size_t bytes_max_;
    const uint64_t random_;
    mutable std::mutex mutex_;
    // Guarded by mutex_ from here on.
    Frames frames_;
    uint64_t ids_ = 0;
    uint64_t taken_ = 0;
    uint64_t dropped_ = 0;
};

}  // namespace ledger
