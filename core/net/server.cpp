#include "net/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <fmt/format.h>

#include "base/log.h"

namespace sluice::net {

using base::Code;
using base::Status;

namespace {

base::Result<int> listenOn(const Poco::Net::SocketAddress& address) {
    const int fd = ::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // what is accepted inherits it
    if (fd < 0 || ::bind(fd, address.addr(), address.length()) != 0 || ::listen(fd, 1024) != 0) {
        const int error = errno;
        if (fd >= 0) ::close(fd);
        return base::gatewayError(Code::Unavailable, fmt::format("cannot listen on {}: {}",
                                                                 address.toString(), std::strerror(error)));
    }
    return fd;
}

// SO_REUSEPORT would share a port with any process of the same user; a first try without it finds out whether
// the port is free.
Status probe(const Poco::Net::SocketAddress& address) {
    const int fd = ::socket(address.af(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const bool taken = ::bind(fd, address.addr(), address.length()) != 0;
    const int error = errno;
    ::close(fd);
    if (!taken) return {};
    return base::gatewayError(
        Code::Unavailable, fmt::format("cannot listen on {}: {}", address.toString(), std::strerror(error)));
}

uint16_t portOf(int fd) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
    return Poco::Net::SocketAddress(reinterpret_cast<sockaddr*>(&storage), size).port();
}

}  // namespace

Server::Server(gateway::Gateway& gateway, upstream::Resolver& resolver, const config::Listen& listen)
    : gateway_(gateway), resolver_(resolver), listen_(listen), admission_(listen.limits) {}

Server::~Server() { stop(); }

Status Server::start(const std::string& ca_file) {
    auto upstream_tls = upstream::clientContext(ca_file);
    if (!upstream_tls) return upstream_tls.error();
    Poco::Net::Context::Ptr server_tls;
    if (!listen_.tls_certificate.empty()) {
        auto context = upstream::serverContext(listen_.tls_certificate, listen_.tls_key);
        if (!context) return context.error();
        server_tls = *context;
    }
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    const size_t count = listen_.workers ? listen_.workers : cores;
    try {
        Poco::Net::SocketAddress address(Poco::Net::IPAddress(listen_.address), listen_.port);
        if (auto free = probe(address); listen_.port != 0 && !free) return free;
        std::vector<int> fds;
        for (size_t i = 0; i < count; ++i) {
            auto fd = listenOn(address);
            if (!fd) return fd.error();
            fds.push_back(*fd);
            port_ = portOf(*fd);
            address = Poco::Net::SocketAddress(address.host(), port_);
        }
        for (const int fd : fds) {
            loops_.push_back(std::make_unique<LoopThread>(gateway_, resolver_, *upstream_tls, server_tls,
                                                          admission_, listen_.limits));
            loops_.back()->start(fd, loops_.size() == 1);
        }
    } catch (const Poco::Exception& e) {
        return base::gatewayError(
            Code::InvalidArgument,
            fmt::format("listen.address \"{}\" is not an IP address: {}", listen_.address, e.displayText()));
    }
    watchdog_ = std::thread([this] { watch(); });
    return {};
}

std::vector<gateway::Worker*> Server::workers() {
    std::vector<gateway::Worker*> out;
    for (auto& loop : loops_) out.push_back(&loop->worker());
    return out;
}

void Server::startDrain() {
    for (auto& loop : loops_) loop->stopAccepting();
    for (auto& loop : loops_) loop->closeIdle();
}

void Server::cancelAll() {
    for (auto& loop : loops_) loop->cancelAll();
}

void Server::stop() {
    {
        const std::lock_guard lock(watch_mutex_);
        if (stopping_.exchange(true)) return;
    }
    watch_wake_.notify_all();
    if (watchdog_.joinable()) watchdog_.join();
    for (auto& loop : loops_) loop->stop();
    for (auto& loop : loops_) loop->join();
}

}  // namespace sluice::net
