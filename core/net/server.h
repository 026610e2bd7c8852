// The network side: an event loop and a listener for each core, connections counted, a watchdog over the
// loops.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/status.h"
#include "gateway/gateway.h"
#include "gateway/prober.h"
#include "net/connection.h"
#include "upstream/resolver.h"

namespace sluice::net {

/// Counts connections, in all and by address.
class Admission {
public:
    explicit Admission(const base::Limits& limits) : limits_(limits) {}
    /// Empty if there is room; why not otherwise. [any thread]
    std::string_view enter(const std::string& address);
    void leave(const std::string& address);
    size_t count() const { return count_.load(std::memory_order_relaxed); }

private:
    const base::Limits& limits_;
    std::atomic<size_t> count_{0};
    std::mutex mutex_;
    std::unordered_map<std::string, uint32_t> by_address_;  // guarded by mutex_
};

struct Accepted {
    int fd = -1;  // below 0: nobody is waiting, or errno says why not
    std::string address;
};
/// The next connection that waits there, non-blocking. [any thread]
Accepted acceptFrom(int listen_fd);

/// One loop with its thread, its listener and its connections.
class LoopThread {
public:
    LoopThread(gateway::Gateway& gateway, upstream::Resolver& resolver, Poco::Net::Context::Ptr upstream_tls,
               Poco::Net::Context::Ptr server_tls, Admission& admission, const base::Limits& limits);
    ~LoopThread();

    /// Listens on `fd`, which this object takes over. `first`: what has to be done by one loop, this one
    /// does.
    void start(int fd, bool first);
    void stopAccepting();  // [control]
    void closeIdle();      // [control]
    void cancelAll();      // [control]
    void stop();           // [control]
    void join();

    base::Loop& loop() { return loop_; }
    gateway::Worker& worker() { return worker_; }
    int listenFd() const { return listen_fd_; }
    /// Takes over an accepted connection. [any thread]
    void adopt(Accepted connection);

private:
    void acceptLoop();
    void sweepLoop();
    void open(Accepted connection);
    void run(const Accepted& connection);

    gateway::Gateway& gateway_;
    Poco::Net::Context::Ptr server_tls_;
    Admission& admission_;
    const base::Limits& limits_;
    base::Loop loop_;
    gateway::Worker worker_;
    std::unordered_set<Connection*> connections_;  // [loop]
    size_t refusing_ = 0;                          // [loop]
    base::Fiber* acceptor_ = nullptr;              // [loop]
    bool accepting_ = true;                        // [loop]
    int listen_fd_ = -1;
    std::thread thread_;
};

class Server {
public:
    Server(gateway::Gateway& gateway, upstream::Resolver& resolver, const config::Listen& listen);
    ~Server();

    /// Binds and starts the loops. Errors name address and port, or the TLS file. [control]
    base::Status start(const std::string& ca_file);
    uint16_t port() const { return port_; }
    std::vector<gateway::Worker*> workers();

    /// No new connections; idle ones are closed. [control]
    void startDrain();
    /// Ends every connection and the request on it; the loops go on, for call-outs. [control]
    void cancelAll();
    /// Ends every loop; what still runs on them is cancelled. [control]
    void stop();
    size_t connections() const { return admission_.count(); }

private:
    void watch();

    gateway::Gateway& gateway_;
    upstream::Resolver& resolver_;
    const config::Listen& listen_;
    Admission admission_;
    std::vector<std::unique_ptr<LoopThread>> loops_;
    uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::mutex watch_mutex_;
    std::condition_variable watch_wake_;  // with watch_mutex_: ends the watchdog's sleep
    std::thread watchdog_;
};

}  // namespace sluice::net
