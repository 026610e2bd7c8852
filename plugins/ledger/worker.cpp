#include "worker.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace ledger {

void Worker::start() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Worker::wake() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(woken_, true)) return;
    }
    changed_.notify_all();
}

void Worker::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool Worker::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void Worker::run() {
    (void)pthread_setname_np(pthread_self(), name_);
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        woken_ = false;
        lock.unlock();
        const auto time = step_();
        lock.lock();
        changed_.wait_for(lock, time, [this] { return woken_ || stopping_; });
    }
}

void pause(std::chrono::milliseconds time) {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, time, [] { return false; });
}

}  // namespace ledger
