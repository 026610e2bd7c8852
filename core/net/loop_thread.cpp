#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include <Poco/Net/SocketAddress.h>

#include <fmt/format.h>

#include "base/fd_watch.h"
#include "base/hot_code.h"
#include "base/log.h"
#include "net/server.h"

namespace sluice::net {
namespace {

constexpr size_t kRefusingMax =
    64;  // connections that are told that there is no room, each loop; more are just closed

std::string textOf(const sockaddr_storage& address, socklen_t size) {
    const auto* any = reinterpret_cast<const sockaddr*>(&address);
    if (address.ss_family == AF_INET) {  // inet_ntop goes through sprintf
        const uint32_t v4 = ntohl(reinterpret_cast<const sockaddr_in*>(any)->sin_addr.s_addr);
        return fmt::format("{}.{}.{}.{}", v4 >> 24, (v4 >> 16) & 255, (v4 >> 8) & 255, v4 & 255);
    }
    return Poco::Net::SocketAddress(any, size).host().toString();
}

}  // namespace

Accepted acceptFrom(int listen_fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd =
        ::accept4(listen_fd, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return {};
    return {fd, textOf(address, size)};
}

std::string_view Admission::enter(const std::string& address) {
    if (count_.fetch_add(1) >= limits_.connections_max) {
        count_.fetch_sub(1);
        return "There are too many connections";
    }
    const std::lock_guard lock(mutex_);
    if (by_address_[address] >= limits_.connections_per_address_max) {
        count_.fetch_sub(1);
        return "There are too many connections from this address";
    }
    ++by_address_[address];
    return {};
}

void Admission::leave(const std::string& address) {
    count_.fetch_sub(1);
    const std::lock_guard lock(mutex_);
    const auto found = by_address_.find(address);
    if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

LoopThread::LoopThread(gateway::Gateway& gateway, upstream::Resolver& resolver,
                       Poco::Net::Context::Ptr upstream_tls, Poco::Net::Context::Ptr server_tls,
                       Admission& admission, const base::Limits& limits)
    : gateway_(gateway),
      server_tls_(std::move(server_tls)),
      admission_(admission),
      limits_(limits),
      worker_(loop_, resolver, std::move(upstream_tls), limits) {}

LoopThread::~LoopThread() {
    if (listen_fd_ >= 0) ::close(listen_fd_);
}

void LoopThread::start(int fd, bool first) {
    listen_fd_ = fd;
    thread_ = std::thread([this, first] {
        gateway::Worker::current() = &worker_;
        loop_.spawn([this] { acceptLoop(); });
        loop_.spawn([this] { sweepLoop(); });
        loop_.spawn([this, first] { gateway::Prober(gateway_, worker_, first).run(); });
        loop_.run();
        gateway::Worker::current() = nullptr;
    });
}

void LoopThread::acceptLoop() {
    acceptor_ = base::Fiber::current();
    base::FdWatch watch(loop_, listen_fd_);
    while (accepting_) {
        if (watch.waitReadable(base::kNever) != base::Wake::Ready) break;
        if (auto next = acceptFrom(listen_fd_); next.fd >= 0) {
            base::fetchHotCode();  // here and not for each request: who asks often has it in the caches anyway
            open(std::move(next));
            base::Fiber::yield();  // its request may be there already; whether there is another one can wait
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            watch.drained();
        } else if (errno == EMFILE || errno == ENFILE) {
            base::log::error("no file descriptor left for a new connection; raise the limit (ulimit -n)");
            (void)base::Fiber::park(base::Clock::now() + base::milliseconds(100));
        }
    }
    acceptor_ = nullptr;
    ::shutdown(listen_fd_, SHUT_RDWR);  // from now on connections are refused, not left waiting
}

void LoopThread::sweepLoop() {
    while (base::Fiber::park(base::Clock::now() + base::milliseconds(5000)) != base::Wake::Interrupted)
        worker_.pool.sweep();
}

void LoopThread::adopt(Accepted connection) {
    loop_.post([this, connection = std::move(connection)] { open(connection); });
}

void LoopThread::open(Accepted connection) {
    if (loop_.fibers() >= limits_.fibers_max + kRefusingMax) {
        ::close(connection.fd);
        return;
    }
    loop_.spawn([this, connection = std::move(connection)] { run(connection); });
}

void LoopThread::run(const Accepted& accepted) {
    std::unique_ptr<upstream::SocketTransport> transport;
    try {
        Poco::AutoPtr<upstream::FiberSocketImpl> socket(new upstream::FiberSocketImpl(loop_, accepted.fd));
        if (server_tls_) {
            transport = std::make_unique<upstream::SocketTransport>(
                new upstream::TlsSocketImpl(socket.get(), server_tls_));
        } else {
            transport = std::make_unique<upstream::SocketTransport>(socket.duplicate());
        }
    } catch (const std::exception& e) {
        base::log::error("cannot serve a connection: {}", e.what());
        return;
    }
    const std::string& address = accepted.address;
    Connection connection(gateway_, worker_, std::move(transport), address, limits_);
    std::string_view why =
        loop_.fibers() > limits_.fibers_max ? "There are too many requests" : admission_.enter(address);
    if (!why.empty()) {
        if (refusing_ >= kRefusingMax) return;
        ++refusing_;
        connection.refuse(why);
        --refusing_;
        return;
    }
    connections_.insert(&connection);
    connection.serve();
    connections_.erase(&connection);
    admission_.leave(address);
}

void LoopThread::stopAccepting() {
    loop_.post([this] {
        accepting_ = false;
        if (acceptor_) acceptor_->interrupt();
    });
}

void LoopThread::closeIdle() {
    loop_.post([this] {
        for (Connection* connection : connections_) {
            if (connection->idle() && connection->fiber()) connection->fiber()->interrupt();
        }
    });
}

void LoopThread::cancelAll() {
    loop_.post([this] {
        for (Connection* connection : connections_) {
            connection->hangUp();
            if (connection->fiber()) connection->fiber()->interrupt();
        }
    });
}

void LoopThread::stop() {
    cancelAll();
    loop_.stop();
}

void LoopThread::join() {
    if (thread_.joinable()) thread_.join();
}

}  // namespace sluice::net
