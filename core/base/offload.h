// Threads for what cannot be done on a loop: DNS, disk, SQLite, plugins that block. A fiber hands over a job
// and parks until it is done; the job may use the fiber's stack, because the fiber cannot go away meanwhile.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/status.h"

namespace sluice::base {

class Offload {
public:
    Offload(size_t threads, size_t queue_max);
    ~Offload() { finish(); }
    Offload(const Offload&) = delete;
    Offload& operator=(const Offload&) = delete;

    /// Runs `job` on a pool thread and parks the calling fiber until it has returned; outside of a fiber it
    /// runs at once on the calling thread. ResourceExhausted if the queue is full. Internal if the job threw.
    /// [loop]
    Status run(const std::function<void()>& job);

    /// Queues `job` without waiting; false if the queue is full. [any thread]
    bool submit(std::function<void()> job);

    /// Waits for what is queued; nothing more is taken from now on. [control]
    void finish();

private:
    void work();

    const size_t queue_max_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> queue_;  // guarded by mutex_
    bool stopping_ = false;                    // guarded by mutex_
    std::vector<std::thread> threads_;
};

}  // namespace sluice::base
