// The row of alerts before one channel: at most so many a minute, tried again while the receiver is away, and
// one message that sums up what did not fit. Each has a thread of its own, so that a receiver that hangs
// holds up nobody.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "channel.h"

namespace alerts {

struct OutboxOptions {
    size_t per_minute = 20;
    size_t queue_max = 200;            // that wait for a receiver that is away
    int64_t retry_min_ms = 1'000;      // doubled after each failure …
    int64_t retry_max_ms = 60'000;     // … up to this
    int64_t retry_for_ms = 3'600'000;  // an alert that is older is dropped
};

/// What happened, for counters and the log. [the outbox's thread]
struct OutboxEvents {
    std::function<void(const Alert&)> delivered = [](const Alert&) {};
    std::function<void(const std::string& why)> failed = [](const std::string&) {};
    std::function<void(size_t count, const char* why)> dropped = [](size_t, const char*) {};
};

class Outbox {
public:
    using Clock = std::function<int64_t()>;  // milliseconds since the Unix epoch
    Outbox(std::unique_ptr<Channel> channel, const OutboxOptions& options, Clock clock, OutboxEvents events);
    ~Outbox() { close(); }
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    Channel& channel() { return *channel_; }
    const Channel& channel() const { return *channel_; }

    /// Never waits for the receiver. [any]
    void put(const std::shared_ptr<const Alert>& alert);
    void start();
    /// Lets what is under way end; the rest gets one try each while the receiver takes them. [control]
    void close();

    /// What the thread does again and again; when it has something to do next. In tests without a thread.
    int64_t step();

private:
    struct Waiting {
        std::shared_ptr<const Alert> alert;
        int64_t since_ms;
    };
    std::shared_ptr<const Alert> next(int64_t now, int64_t& due);
    void settle(const std::shared_ptr<const Alert>& alert, const Said& said, int64_t now);
    std::shared_ptr<const Alert> summary(int64_t now);
    void refill(int64_t now);
    void run();

    const std::unique_ptr<Channel> channel_;
    const OutboxOptions options_;
    const Clock clock_;
    const OutboxEvents events_;
    std::thread thread_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> queue_;  // guarded by mutex_, as is the rest; what is under way stays in front
    std::map<std::string, size_t> folded_;  // by type: what did not fit
    double tokens_;
    int64_t refilled_ms_ = 0;
    int64_t retry_ms_ = 0;  // not before
    uint32_t failures_ = 0;
    bool closing_ = false;
};

}  // namespace alerts
