#include "plugin_host/interval_timers.h"

#include <algorithm>

#include "base/log.h"

namespace sluice::host {

IntervalTimers::IntervalTimers(base::Offload& offload) : offload_(offload), thread_([this] { run(); }) {}

IntervalTimers::~IntervalTimers() {
    {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] {
            return std::none_of(timers_.begin(), timers_.end(),
                                [](const auto& entry) { return entry.second->running; });
        });
    }
    thread_.join();
}

int64_t IntervalTimers::every(base::milliseconds interval, std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    auto timer = std::make_shared<Timer>();
    timer->interval = interval;
    timer->next = base::Clock::now() + interval;
    timer->job = std::move(job);
    timers_[next_id_] = std::move(timer);
    changed_.notify_all();
    return next_id_++;
}

bool IntervalTimers::cancel(int64_t id) {
    std::unique_lock lock(mutex_);
    const auto found = timers_.find(id);
    if (found == timers_.end()) return false;
    const auto timer = found->second;
    timer->cancelled = true;
    changed_.wait(lock, [&] { return !timer->running; });
    timers_.erase(id);
    return true;
}

void IntervalTimers::start(std::shared_ptr<Timer> timer) {
    timer->running = true;
    const bool queued = offload_.submit([this, timer] {
        try {
            timer->job();
        } catch (const std::exception& e) {
            base::log::error("a plugin's timer threw: {}", e.what());
        } catch (...) {
            base::log::error("a plugin's timer threw an unknown exception");
        }
        const std::lock_guard lock(mutex_);
        timer->running = false;
        changed_.notify_all();
    });
    if (!queued) timer->running = false;
}

void IntervalTimers::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto now = base::Clock::now();
        auto wake = now + base::milliseconds(60'000);
        for (auto& [id, timer] : timers_) {
            if (timer->cancelled) continue;
            if (timer->next <= now) {
                if (!timer->running) start(timer);
                timer->next = now + timer->interval;
            }
            wake = std::min(wake, timer->next);
        }
        changed_.wait_until(lock, wake);
    }
}

}  // namespace sluice::host
