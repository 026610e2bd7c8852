// From memory to the spool. What a write has taken outlives the process.
#pragma once

#include <chrono>
#include <memory>

#include "figures.h"
#include "intake.h"
#include "options.h"
#include "spools.h"

namespace ledger {

/// Steps are for one thread at a time. Takes a slot with its first event: an instance without any leaves
/// nothing on the disk.
class Writer {
public:
    Writer(const Options& options, Intake& intake, Spools& spools, Overflow& overflow, Figures& figures,
           Log log);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Writes what has come. Returns for how long it may be left alone.
    milliseconds step();
    /// step() until nothing is left or the spool takes nothing; afterwards nobody writes.
    void close();

private:
    bool flush(bool now);
    void refuse(Frames& frames);
    int append(const Frames& frames);
    int openSegment();
    void endSegment();
    void leaveSlot();
    void worked();
    void failed(int error, size_t events);
    void tellOfDropped();

    const Options options_;
    Intake& intake_;
    Spools& spools_;
    Overflow& overflow_;
    Figures& figures_;
    const Log log_;
    Frames frames_;
    std::shared_ptr<Spool> spool_;  // null: none yet
    std::shared_ptr<File> file_;    // null: the next event begins a segment
    uint64_t size_ = 0;             // of its whole frames
    uint64_t number_ = 0;
    bool failing_ = false;
    milliseconds retry_{0};
    std::chrono::steady_clock::time_point retry_at_{};
    uint64_t refused_ = 0;  // for want of room
    uint64_t counted_dropped_ = 0;
    uint64_t told_of_dropped_ = 0;
    std::chrono::steady_clock::time_point next_word_{};
};

}  // namespace ledger
