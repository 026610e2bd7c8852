// The slots that an instance has, and what waits in them: its own, and those it has adopted.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "intake.h"
#include "segments.h"
#include "slot.h"

namespace ledger {

/// A slot and its segments; the lock is given back with it.
struct Spool {
    Spool(std::unique_ptr<Slot> its_slot, bool is_replayed, const Log& log)
        : slot(std::move(its_slot)), replayed(is_replayed), segments(log), writing(!is_replayed) {}

    const std::unique_ptr<Slot> slot;
    const bool replayed;
    Segments segments;
    std::atomic<bool> writing;
};

/// [any]
class Spools {
public:
    void add(std::shared_ptr<Spool> spool);
    /// The next one, in turn, in which events wait; null if there is none.
    std::shared_ptr<Spool> next();
    /// Lets go of those that nobody writes and that are empty.
    void dropEmpty();

    uint64_t bytes() const;
    uint64_t events() const;
    /// Without those that are replayed.
    uint64_t ownEvents() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<Spool>> all_;  // guarded by mutex_
    size_t turn_ = 0;                          // guarded by mutex_
};

/// Sealed frames that could not be written to the spool: they may go to the store from here, or to the spool
/// later. [any]
class Overflow {
public:
    /// [writer]
    void put(Frames&& frames);
    Frames take();
    /// All of it, for the store; until giveBack() the writer takes nothing new out of the intake, so that
    /// what is in memory has a bound. [feeder]
    Frames lend();
    /// What the store did not take.
    void giveBack(Frames&& frames);
    bool lent() const;
    /// Those that are lent included.
    size_t events() const;

private:
    mutable std::mutex mutex_;
    Frames frames_;    // guarded by mutex_
    size_t lent_ = 0;  // likewise: events
};

}  // namespace ledger
