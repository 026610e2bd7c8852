#include "account/record_queue.h"

#include "base/log.h"

namespace sluice::account {
namespace {

constexpr auto kGather = base::milliseconds(2);

}  // namespace

RecordQueue::RecordQueue(size_t max) : max_(max), worker_([this] { work(); }) {}

RecordQueue::~RecordQueue() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    worker_.join();
}

bool RecordQueue::push(Job job) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= max_) {
            if (dropped_.fetch_add(1, std::memory_order_relaxed) == 0) {
                base::log::warn("completion records are dropped: the queue of {} is full", max_);
            }
            return false;
        }
        wake = queue_.empty() && !busy_;
        queue_.push_back(std::move(job));
    }
    if (wake) changed_.notify_all();
    return true;
}

bool RecordQueue::drain(base::TimePoint deadline) {
    std::unique_lock lock(mutex_);
    ++draining_;
    changed_.notify_all();
    const bool done = changed_.wait_until(lock, deadline, [this] { return queue_.empty() && !busy_; });
    --draining_;
    return done;
}

void RecordQueue::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        // A wake-up for each record would cost the loops more than the record: let some more come.
        changed_.wait_for(lock, kGather, [this] { return stopping_ || draining_ > 0; });
        if (queue_.empty()) return;
        std::deque<Job> batch;
        batch.swap(queue_);
        busy_ = true;
        lock.unlock();
        for (auto& job : batch) job();
        batch.clear();
        lock.lock();
        busy_ = false;
        if (queue_.empty()) changed_.notify_all();
    }
}

}  // namespace sluice::account
