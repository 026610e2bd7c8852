// The bounded queue between requests and whoever wants their records. Full means dropped and counted, never
// waiting.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "account/record.h"
#include "base/clock.h"

namespace sluice::account {

class RecordQueue {
public:
    /// A record and who is to see it; run on the worker thread.
    using Job = std::function<void()>;

    explicit RecordQueue(size_t max);
    ~RecordQueue();  // works off what is queued
    RecordQueue(const RecordQueue&) = delete;
    RecordQueue& operator=(const RecordQueue&) = delete;

    /// False if the queue is full: the job is dropped and counted. [any thread]
    bool push(Job job);

    /// Waits until everything pushed so far is done; false if the deadline came first. [control]
    bool drain(base::TimePoint deadline);

    /// Jobs that wait. [any thread]
    size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return queue_.size();
    }
    uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    void work();

    const size_t max_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> queue_;  // guarded by mutex_
    bool busy_ = false;      // guarded by mutex_
    bool stopping_ = false;  // guarded by mutex_
    int draining_ = 0;       // guarded by mutex_
    std::atomic<uint64_t> dropped_{0};
    std::thread worker_;
};

}  // namespace sluice::account
