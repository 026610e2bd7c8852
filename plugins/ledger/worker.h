// A thread that does something again and again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace ledger {

/// The thread takes no signals: they are the gateway's. What would come as SIGXFSZ is an errno for it then.
class Worker {
public:
    /// `step` says after how long it wants to be called again; calls end when stop() is called. Asked between
    /// the parts of a long one: stopping(). `name`: a literal of at most 15 bytes, for `top -H`.
    Worker(const char* name, std::function<std::chrono::milliseconds()> step)
        : name_(name), step_(std::move(step)) {}
    ~Worker() { stop(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start();
    /// Calls step at once, or once more if it runs. [any]
    void wake();
    /// When it returns, step does not run and will not run again.
    void stop();
    bool stopping() const;

private:
    void run();

    const char* const name_;
    const std::function<std::chrono::milliseconds()> step_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;     // guarded by mutex_
    bool stopping_ = false;  // likewise
    std::thread thread_;
};

/// For threads that may block and that nobody wakes.
void pause(std::chrono::milliseconds time);

}  // namespace ledger
