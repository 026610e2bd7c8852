// Work at intervals for plugins: one thread keeps the time, the offload pool does the work.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/offload.h"

namespace sluice::host {

class IntervalTimers {
public:
    explicit IntervalTimers(base::Offload& offload);
    ~IntervalTimers();
    IntervalTimers(const IntervalTimers&) = delete;
    IntervalTimers& operator=(const IntervalTimers&) = delete;

    /// Runs `job` each `interval` until cancel; a run that is late is skipped, never doubled. [any thread]
    int64_t every(base::milliseconds interval, std::function<void()> job);
    /// Afterwards the job does not run any more. False if there is no such timer. [any thread but the job's]
    bool cancel(int64_t id);

private:
    struct Timer {
        base::milliseconds interval;
        base::TimePoint next;
        std::function<void()> job;
        bool running = false;
        bool cancelled = false;
    };
    void run();
    void start(std::shared_ptr<Timer> timer);

    base::Offload& offload_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<int64_t, std::shared_ptr<Timer>> timers_;  // guarded by mutex_, and what they point to
    int64_t next_id_ = 1;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace sluice::host
