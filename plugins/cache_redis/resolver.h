// Names of servers to addresses, on a thread of its own: the system's resolver blocks.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cache_redis {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

struct Resolution {
    std::string host;
    int port = 0;
    std::atomic<bool> done{false};  // the rest may be read once it is true
    std::vector<SocketAddress> addresses;
    std::string fault;  // if there are none
};

class Resolver {
public:
    /// `wake` is called on the resolver's thread after each answer.
    explicit Resolver(std::function<void()> wake) : wake_(std::move(wake)), thread_([this] { run(); }) {}
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// Numeric addresses are done at once.
    std::shared_ptr<Resolution> ask(const std::string& host, int port);

private:
    void run();

    const std::function<void()> wake_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::shared_ptr<Resolution>> queue_;  // guarded by mutex_
    bool ending_ = false;                            // guarded by mutex_
    std::thread thread_;                             // last
};

}  // namespace cache_redis
