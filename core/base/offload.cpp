#include "base/offload.h"

#include "base/fiber.h"
#include "base/log.h"
#include "base/loop.h"

namespace sluice::base {

Offload::Offload(size_t threads, size_t queue_max) : queue_max_(queue_max) {
    for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void Offload::finish() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    ready_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

bool Offload::submit(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= queue_max_) return false;
        queue_.push_back(std::move(job));
    }
    ready_.notify_one();
    return true;
}

Status Offload::run(const std::function<void()>& job) {
    Fiber* fiber = Fiber::current();
    if (!fiber) {
        job();
        return {};
    }
    bool done = false;  // written and read on the loop's thread only
    bool threw = false;
    const bool queued = submit([&job, &done, &threw, fiber] {
        try {
            job();
        } catch (const std::exception& e) {
            log::error("offloaded job ended by an exception: {}", e.what());
            threw = true;
        } catch (...) {
            log::error("offloaded job ended by an unknown exception");
            threw = true;
        }
        fiber->loop().post([&done, fiber] {
            done = true;
            fiber->wake();
        });
    });
    if (!queued) return gatewayError(Code::ResourceExhausted, "the offload queue is full");
    while (!done) (void)Fiber::park(kNever, false);
    if (threw) return gatewayError(Code::Internal, "the offloaded job ended by an exception");
    return {};
}

void Offload::work() {
    for (;;) {
        std::function<void()> job;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        try {
            job();
        } catch (const std::exception& e) {
            log::error("offloaded job ended by an exception: {}", e.what());
        }
    }
}

}  // namespace sluice::base
