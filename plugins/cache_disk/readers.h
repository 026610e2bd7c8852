// The threads that look things up, each with a connection of its own. [any]
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "entries.h"
#include "place.h"

namespace cache_disk {

/// What somebody wants to know and waits for, or does not any more.
struct Asked {
    std::vector<std::string> keys;
    std::function<void()> wake;  // on the reader's thread, when it is done

    std::mutex mutex;
    bool over = false;  // nobody waits: need not be looked at. Guarded by mutex, like what follows
    bool done = false;
    bool failed = false;                      // the disk could not be asked
    std::vector<std::optional<Found>> found;  // like keys; nobody writes to it once it is done
};

class Readers {
public:
    /// `damaged` is called with keys whose entry is not what was put.
    Readers(Place& place, const Options& options, Used& used,
            std::function<void(const std::string& key)> damaged);
    ~Readers();
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;

    /// False: too many wait already.
    bool ask(std::shared_ptr<Asked> asked);

    uint64_t hits() const { return hits_; }
    uint64_t misses() const { return misses_; }
    uint64_t damaged() const { return damaged_count_; }

private:
    struct Thread;  // what one of them has of its own
    void run();
    void answer(Asked& asked, Thread& own);

    Place& place_;
    Used& used_;
    const std::function<void(const std::string&)> damaged_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::shared_ptr<Asked>> queue_;  // guarded by mutex_
    bool ending_ = false;                       // guarded by mutex_
    std::atomic<uint64_t> hits_{0}, misses_{0}, damaged_count_{0};
    std::vector<std::thread> threads_;  // the last: they use the rest
};

}  // namespace cache_disk
