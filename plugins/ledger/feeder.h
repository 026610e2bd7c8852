// From the spool to the store, the ledger's own events and those that others have left.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "courier.h"
#include "figures.h"
#include "options.h"
#include "rejected.h"
#include "spools.h"

namespace ledger {

/// Steps are for one thread at a time; they wait for the store.
class Feeder {
public:
    using Clock = std::chrono::steady_clock;

    Feeder(const Options& options, Spools& spools, Overflow& overflow, Figures& figures,
           const Courier::Append& append, Log log);
    Feeder(const Feeder&) = delete;
    Feeder& operator=(const Feeder&) = delete;

    /// Stores what there is, if it is a batch or has waited for options.store_flush; looks for spools to
    /// adopt. `stopping`: asked between batches. Returns for how long it may be left alone.
    milliseconds step(const std::function<bool()>& stopping);

    /// Stores what this instance has taken itself, until `deadline`. One try of the store may last longer.
    void drain(Clock::time_point deadline);

    /// Adopts every spool that nobody holds. Part of step().
    void adopt();

private:
    enum class Delivery { Nothing, Done, Later };

    bool deliverAll(const std::function<bool()>& stopping);
    Delivery deliverNext();
    Delivery deliver(const std::shared_ptr<Spool>& spool);
    Delivery deliver(Frames frames);
    Delivery unreadable(Spool& spool, const Piece& piece, int error);
    size_t decode(std::string_view frames);
    bool carry(size_t count, bool replayed);
    void failed();
    void worked();
    uint64_t waiting() const { return spools_.events() + overflow_.events(); }
    bool fullBatch() const { return spools_.events() >= options_.batch; }

    const Options options_;
    Spools& spools_;
    Overflow& overflow_;
    Figures& figures_;
    const Log log_;
    RejectedFile rejected_file_;
    Courier courier_;
    std::string bytes_;
    std::vector<sluice_record> records_;  // of the batch; their texts are in bytes_
    Events events_;
    // Segments of others: one that cannot be read, or not be removed, is not tried again and again. No two
    // have the same name.
    std::set<std::string> seen_;
    Clock::time_point retry_at_{};
    Clock::time_point adopt_at_{};
    Clock::time_point flush_at_{};
    milliseconds retry_{0};
    bool outage_ = false;
    bool read_failing_ = false;
};

}  // namespace ledger
