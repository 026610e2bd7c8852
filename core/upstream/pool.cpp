#include "upstream/pool.h"

#include <algorithm>

#include <Poco/Exception.h>

#include "upstream/dialer.h"

namespace sluice::upstream {

using base::Code;
using base::Retry;
using http::Io;

namespace {

// A host may keep more connections than its share for as long as they are in use again and again: closing
// them between two waves of requests would cost each wave its handshakes.
constexpr auto kShareAfter = base::milliseconds(2000);

// The request that has taken the last one goes first.
constexpr auto kSpareAfter = base::milliseconds(1);

constexpr auto kTicketsAfter = base::milliseconds(50);

base::Error connectError(Io io, const Endpoint& endpoint) {
    if (io == Io::Interrupted)
        return base::upstreamError(Code::Cancelled, "the request was cancelled", Retry::Safe);
    if (io == Io::Timeout)
        return base::upstreamError(Code::Unavailable, "connecting to " + endpoint.key + " took too long",
                                   Retry::Safe);
    return base::upstreamError(Code::Unavailable, "cannot connect to " + endpoint.key, Retry::Safe);
}

}  // namespace

Pool::Pool(base::Loop& loop, Resolver& resolver, Poco::Net::Context::Ptr tls, const base::Limits& limits)
    : loop_(loop), resolver_(resolver), tls_(std::move(tls)), limits_(limits) {}

bool Pool::usable(const Connection& connection) const {
    const auto& watch = connection.transport->watch();
    const bool young =
        base::Clock::now() - connection.idle_since < base::milliseconds(limits_.upstream_idle_timeout_ms);
    // Readable while idle means a FIN, an alert or bytes nobody asked for: none of them is a good start.
    // OpenSSL reads behind our back, so for TLS the socket itself is asked.
    const bool quiet =
        connection.transport->secure() ? connection.transport->fiber().quiet() : !watch.readable();
    return young && !watch.peerFinished() && !watch.hungUp() && quiet;
}

std::unique_ptr<Connection> Pool::takeIdle(const Endpoint& endpoint) {
    const auto found = hosts_.find(endpoint.key);
    if (found == hosts_.end()) return nullptr;
    Host& host = found->second;
    std::unique_ptr<Connection> taken;
    while (!taken && !host.idle.empty()) {
        if (usable(*host.idle.back())) taken = std::move(host.idle.back());
        host.idle.pop_back();
        --idle_;
    }
    if (host.idle.empty()) openSpares(endpoint, host);
    return taken;
}

size_t Pool::sparesMax() const {
    return std::min(limits_.upstream_spare_per_host, limits_.upstream_idle_per_host_max);
}

// A host that closes after each answer, as some that serve one connection at a time do, is left alone.
void Pool::openSpares(const Endpoint& endpoint, Host& host) {
    host.asked_for = base::Clock::now();
    if (sparesMax() == 0 || !host.keeps_open || host.opening) return;
    host.opening = true;
    loop_.spawn([this, endpoint] {
        base::Fiber::current()->setRank(base::Rank::Later);
        if (base::Fiber::park(base::Clock::now() + kSpareAfter) == base::Wake::Timeout) fill(endpoint);
        hosts_[endpoint.key].opening = false;
    });
}

base::Result<std::unique_ptr<Connection>> Pool::openAhead(const Endpoint& endpoint,
                                                          base::TimePoint deadline) {
    const auto began = base::Clock::now();
    auto opened = open(endpoint, deadline);
    if (!opened || !endpoint.tls) return opened;
    // A server of TLS 1.3 sends session tickets behind the handshake (RFC 8446 4.6.1), a round trip later at
    // most. Left unread they would look like bytes that nobody asked for.
    const auto now = base::Clock::now();
    char byte = 0;
    const auto read = (*opened)->transport->read(&byte, 1, now + 2 * (now - began) + kTicketsAfter);
    if (read.io == Io::Timeout) return opened;
    return connectError(read.io == Io::Interrupted ? Io::Interrupted : Io::Failed, endpoint);
}

void Pool::fill(const Endpoint& endpoint) {
    auto& list = hosts_[endpoint.key].idle;  // which stays there as long as we are opening
    while (list.size() < sparesMax() && idle_ < limits_.upstream_idle_max) {
        auto spare = openAhead(endpoint, base::kNever);
        if (!spare) return;  // a request will find out why
        (*spare)->idle_since = base::Clock::now();
        list.insert(list.begin(), std::move(*spare));
        ++idle_;
    }
}

base::TimePoint Pool::connectBy(base::TimePoint deadline) const {
    return std::min(deadline,
                    base::TimePoint(base::Clock::now() + base::milliseconds(limits_.connect_timeout_ms)));
}

base::Result<std::unique_ptr<Connection>> Pool::acquire(const Endpoint& endpoint, base::TimePoint deadline) {
    if (auto idle = takeIdle(endpoint)) return idle;
    return open(endpoint, deadline);
}

std::unique_ptr<Connection> Pool::count(std::unique_ptr<Connection> fresh) const {
    open_->fetch_add(1, std::memory_order_relaxed);
    fresh->counted = std::shared_ptr<void>(
        nullptr, [open = open_](void*) { open->fetch_sub(1, std::memory_order_relaxed); });
    return fresh;
}

base::Result<std::unique_ptr<Connection>> Pool::open(const Endpoint& endpoint, base::TimePoint deadline) {
    deadline = connectBy(deadline);
    auto addresses = resolver_.resolve(endpoint.host, endpoint.port);
    if (!addresses) return addresses.error();
    try {
        Dialed dialed = dial(loop_, *addresses, deadline);
        if (!dialed.socket) return connectError(dialed.io, endpoint);
        if (!endpoint.tls)
            return count(std::make_unique<Connection>(
                std::make_unique<SocketTransport>(dialed.socket.duplicate()), limits_));
        auto secure = Poco::makeAuto<TlsSocketImpl>(dialed.socket.get(), tls_);
        auto transport = std::make_unique<SocketTransport>(secure.duplicate());
        if (auto shaken = secure->handshakeAsClient(endpoint.host, deadline); !shaken) {
            base::Error error = shaken.error();
            error.retry = Retry::Safe;
            return error;
        }
        return count(std::make_unique<Connection>(std::move(transport), limits_));
    } catch (const Poco::Exception& e) {
        return base::upstreamError(Code::Unavailable, "cannot open a socket: " + e.displayText(),
                                   Retry::Safe);
    }
}

Acquiring::Acquiring(Pool& pool, const Endpoint& endpoint, base::TimePoint deadline)
    : result_(std::unique_ptr<Connection>()) {
    dialing_ = &base::Fiber::current()->loop().spawn([this, &pool, &endpoint, deadline] {
        result_ = pool.open(endpoint, deadline);
        dialing_ = nullptr;
        if (waiting_) waiting_->wake();
    });
}

Acquiring::~Acquiring() {
    if (dialing_) dialing_->interrupt();
    waiting_ = base::Fiber::current();
    while (dialing_) (void)base::Fiber::park(base::kNever, false);
}

base::Result<std::unique_ptr<Connection>> Acquiring::wait(base::TimePoint until) {
    while (dialing_) {
        waiting_ = base::Fiber::current();
        const auto wake = base::Fiber::park(until);
        waiting_ = nullptr;
        if (!dialing_) break;
        if (wake == base::Wake::Timeout)
            return base::upstreamError(Code::DeadlineExceeded, "there is no connection yet", Retry::Safe);
        if (wake == base::Wake::Interrupted)
            return base::upstreamError(Code::Cancelled, "the request was cancelled", Retry::Safe);
    }
    return std::move(result_);
}

void Pool::release(const Endpoint& endpoint, std::unique_ptr<Connection> connection) {
    if (!connection->http.reusable() || idle_ >= limits_.upstream_idle_max) return;
    if (limits_.upstream_idle_per_host_max == 0) return;
    Host& host = hosts_[endpoint.key];
    connection->idle_since = base::Clock::now();
    connection->http.releaseBuffer();
    host.keeps_open = true;
    host.idle.push_back(std::move(connection));
    ++idle_;
}

// Those used last are used first: what nobody needs gathers at the front.
void Pool::sweep() {
    const auto now = base::Clock::now();
    const auto old = now - kShareAfter;
    const auto forgotten = now - base::milliseconds(limits_.upstream_idle_timeout_ms);
    for (auto it = hosts_.begin(); it != hosts_.end();) {
        auto& [key, host] = *it;
        auto& list = host.idle;
        size_t over = list.size() - std::min<size_t>(list.size(), limits_.upstream_idle_per_host_max);
        idle_ -= std::erase_if(list, [&](const auto& connection) {
            if (!usable(*connection)) return true;
            if (over == 0 || connection->idle_since > old) return false;
            --over;
            return true;
        });
        const bool forget = list.empty() && !host.opening && host.asked_for < forgotten;
        it = forget ? hosts_.erase(it) : std::next(it);
    }
}

}  // namespace sluice::upstream
