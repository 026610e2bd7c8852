// The connection to Redis: one thread, commands in the order of their arrival, many in one go.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "redis_common/address.h"

struct redisContext;
struct redisReply;

namespace counters_redis {

using redis_common::Address;

/// A script with its digest.
struct Script {
    explicit Script(std::string its_text);
    const std::string text, sha1;
};

class Link {
public:
    struct Command {
        const Script* script;
        std::vector<std::string> keys, arguments;
        /// The reply, or null if there was none; on the link's thread.
        std::function<void(const redisReply*)> done;
        bool again = false;  // may be sent twice: it is, if the connection broke before the reply
    };
    /// `changed` is told when the server goes away (false; and why), and when it is back (true), on the
    /// link's thread. It begins away.
    Link(Address address, uint32_t timeout_ms, std::function<void(bool, const std::string&)> changed);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// False if too much is queued, or the server is away and the command may not wait for it. [any]
    bool send(Command command, bool waits_for_server);
    bool up() const { return up_.load(std::memory_order_relaxed); }
    /// When the server last said something; milliseconds of a clock that does not go back. [any]
    int64_t lastReplyMs() const { return last_reply_ms_.load(std::memory_order_relaxed); }
    static int64_t clockMs();
    /// Somebody has waited too long: away until it answers again. [any]
    void suspect() {
        suspected_.store(true, std::memory_order_relaxed);
        up_ = false;
    }

private:
    void run();
    bool connect();
    bool exchange(std::deque<Command>& batch);
    redisReply* reply();
    void down(const std::string& why);
    void rest(uint32_t ms);

    const Address address_;
    const uint32_t timeout_ms_;
    const std::function<void(bool, const std::string&)> changed_;
    std::atomic<bool> up_{false}, suspected_{false};
    std::atomic<int64_t> last_reply_ms_{0};
    redisContext* context_ = nullptr;  // of the thread
    bool told_up_ = false;             // likewise

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Command> queue_;  // guarded by mutex_
    bool ending_ = false;        // guarded by mutex_
    std::thread thread_;         // last
};

}  // namespace counters_redis
