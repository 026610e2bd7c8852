// Connections to upstreams, kept open between requests, and a few opened before anybody asks: a stream that
// begins while all others are under way needs no handshake. One pool a loop, so no lock.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "base/loop.h"
#include "http/client_connection.h"
#include "upstream/endpoint.h"
#include "upstream/resolver.h"
#include "upstream/socket_transport.h"

namespace sluice::upstream {

struct Connection {
    Connection(std::unique_ptr<SocketTransport> socket, const base::Limits& limits)
        : transport(std::move(socket)), http(*transport, limits) {}
    std::unique_ptr<SocketTransport> transport;
    http::ClientConnection http;
    base::TimePoint idle_since{};
    std::shared_ptr<void> counted;  // by its pool, until it is closed
};

class Pool {
public:
    Pool(base::Loop& loop, Resolver& resolver, Poco::Net::Context::Ptr tls, const base::Limits& limits);

    /// A connection that is idle and alive, or a new one. Errors: Unavailable (too slow included), Cancelled;
    /// all Retry::Safe, nothing was sent. [loop]
    base::Result<std::unique_ptr<Connection>> acquire(const Endpoint& endpoint, base::TimePoint deadline);
    /// One that is idle and alive; null if there is none. Whoever takes the last one has some opened in its
    /// place a moment later (upstream_spare_per_host), if the host has kept one open before. [loop]
    std::unique_ptr<Connection> takeIdle(const Endpoint& endpoint);
    /// A new one, whatever is idle. Errors as above. [loop]
    base::Result<std::unique_ptr<Connection>> open(const Endpoint& endpoint, base::TimePoint deadline);
    /// The same for one that is to lie idle first: nothing is left unread on it. [loop]
    base::Result<std::unique_ptr<Connection>> openAhead(const Endpoint& endpoint, base::TimePoint deadline);
    /// Takes it back; closes it if it cannot carry another request or there are enough. [loop]
    void release(const Endpoint& endpoint, std::unique_ptr<Connection> connection);

    /// Closes what has been idle for too long. [loop]
    void sweep();
    /// Connections that are open, and those of them that nobody uses now. [any]
    size_t open() const { return open_->load(std::memory_order_relaxed); }
    size_t idle() const { return idle_.load(std::memory_order_relaxed); }

private:
    struct Host {
        std::vector<std::unique_ptr<Connection>> idle;  // those used last stand last
        bool keeps_open = false;                        // it has left one open after an answer
        bool opening = false;                           // a fiber opens spare ones
        base::TimePoint asked_for{};
    };

    void openSpares(const Endpoint& endpoint, Host& host);
    void fill(const Endpoint& endpoint);
    size_t sparesMax() const;
    std::unique_ptr<Connection> count(std::unique_ptr<Connection> fresh) const;
    base::TimePoint connectBy(base::TimePoint deadline) const;
    bool usable(const Connection& connection) const;

    base::Loop& loop_;
    Resolver& resolver_;
    Poco::Net::Context::Ptr tls_;
    const base::Limits& limits_;
    std::unordered_map<std::string, Host> hosts_;  // by Endpoint::key
    std::atomic<size_t> idle_{0};
    // Shared with the connections, which may be closed later than their pool.
    std::shared_ptr<std::atomic<size_t>> open_ = std::make_shared<std::atomic<size_t>>(0);
};

/// Getting a connection while the waiting may be broken off and taken up again, for a sign of life to the
/// client, say. The destructor gives up what is under way.
class Acquiring {
public:
    /// `pool` and `endpoint` outlive it. [loop]
    Acquiring(Pool& pool, const Endpoint& endpoint, base::TimePoint deadline);
    ~Acquiring();
    Acquiring(const Acquiring&) = delete;
    Acquiring& operator=(const Acquiring&) = delete;

    /// Errors: those of Pool::acquire, final; DeadlineExceeded, nothing until then, and Cancelled: it may be
    /// called again. [loop]
    base::Result<std::unique_ptr<Connection>> wait(base::TimePoint until);

private:
    base::Result<std::unique_ptr<Connection>> result_;
    base::Fiber* dialing_ = nullptr;
    base::Fiber* waiting_ = nullptr;
};

}  // namespace sluice::upstream
