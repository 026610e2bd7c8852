// Whether there is a database at the moment, and which: what writer and readers share. [any]
//
// It is away while another process has the directory, and for a second after the disk has failed. What is
// broken is replaced by an empty one. Says so in the log once when it begins and once when it ends.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "files.h"
#include "lock.h"
#include "options.h"

namespace cache_disk {

class Place {
public:
    /// Throws std::runtime_error with words for the operator. A directory that another process has is no
    /// reason for that: it will be free one day.
    Place(const Options& options, Log log);

    bool ready() const {
        return open_.load(std::memory_order_acquire) &&
               rests_until_ms_.load(std::memory_order_relaxed) <= steadyMs();
    }
    /// Sees to the lock. About once a second. [the writer's thread]
    void tend();

    /// Another one, another database: whoever has a connection makes a new one.
    uint64_t epoch() const { return epoch_.load(std::memory_order_acquire); }
    /// Throws SqlError.
    Connection connect(uint64_t& epoch, std::string& path);
    void failed(const SqlError& error, uint64_t epoch);
    void worked();

    const std::string& directory() const { return files_.directory(); }
    /// Why it is away, or empty.
    std::string fault() const;

private:
    void open();
    std::string inUse() const;

    const Log log_;
    const Files files_;
    Lock lock_;
    std::atomic<bool> open_{false}, failing_{false};
    std::atomic<int64_t> rests_until_ms_{0};
    std::atomic<uint64_t> epoch_{0};
    int64_t tended_ms_ = 0;  // the writer's
    mutable std::mutex mutex_;
    std::string path_, fault_;  // guarded by mutex_
};

}  // namespace cache_disk
