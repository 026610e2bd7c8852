// The ledger as a whole: requests put events in, two threads carry them to the spool and on to the store.
//
//   add() → Intake → Writer → spool → Feeder → Courier → sluice_store.append
//                      └ Overflow, if the spool takes nothing ┘
//
// An event counts once because the store leaves call ids alone that it has; so everything on the way may be
// done twice, and nothing is taken off the spool before the store has it.
#pragma once

#include <functional>

#include "feeder.h"
#include "figures.h"
#include "intake.h"
#include "options.h"
#include "spools.h"
#include "worker.h"
#include "writer.h"

namespace ledger {

class Book {
public:
    /// `append`: sluice_store.append. `report`: is called after steps, by one thread at a time, never more
    /// often than every kReportEvery.
    Book(const Options& options, uint64_t random, Courier::Append append,
         std::function<void(const Figures&)> report, Log log);
    ~Book() { close(); }
    Book(const Book&) = delete;
    Book& operator=(const Book&) = delete;

    void start();
    /// See Intake::add. [any]
    void add(const sluice_record& record) { intake_.add(record); }
    /// When nobody adds any more: everything goes to the spool, and to the store if that answers within
    /// options.drain. What is left is replayed by whoever adopts the spool.
    void close();

    const Figures& figures() const { return figures_; }

private:
    milliseconds write();
    void tellWhatIsLeft();

    const Options options_;
    const std::function<void(const Figures&)> report_;
    const Log log_;
    Figures figures_;
    Intake intake_;
    Overflow overflow_;
    Spools spools_;
    Writer writer_;
    Feeder feeder_;
    std::chrono::steady_clock::time_point report_at_{};
    bool closed_ = false;
    Worker feeding_;  // the last: their threads use the rest
    Worker writing_;
};

constexpr milliseconds kReportEvery{250};

}  // namespace ledger
