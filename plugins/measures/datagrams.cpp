#include "datagrams.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <sluice/plugin.hpp>

namespace measures {
namespace {

constexpr std::chrono::seconds kLookAgain{30};  // a name may mean another address by now

}  // namespace

DatagramAddress datagramAddressOf(const std::string& text, const char* key) {
    const auto bad = [key] {
        return sluice::ConfigError(std::string(key) +
                                   ": found something else; allowed: udp://HOST:PORT or unix:///PATH");
    };
    DatagramAddress to;
    for (const char* scheme : {"unix://", "unixgram://"}) {
        if (text.rfind(scheme, 0) != 0) continue;
        to.path = text.substr(std::strlen(scheme));
        if (to.path.empty() || to.path[0] != '/' || to.path.size() >= sizeof(sockaddr_un::sun_path))
            throw bad();
        return to;
    }
    std::string rest = text.rfind("udp://", 0) == 0 ? text.substr(6) : text;
    const size_t colon = rest.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == rest.size()) throw bad();
    to.host = rest.substr(0, colon);
    to.port = rest.substr(colon + 1);
    if (to.host.front() == '[' && to.host.back() == ']') to.host = to.host.substr(1, to.host.size() - 2);
    const bool digits = to.port.find_first_not_of("0123456789") == std::string::npos && to.port.size() <= 5;
    if (!digits || to.host.empty() || to.host.find_first_of("/@ ") != std::string::npos) throw bad();
    return to;
}

int Datagrams::send(std::string_view datagram, std::chrono::milliseconds timeout) {
    const std::lock_guard lock(mutex_);
    if (fd_ >= 0 && Clock::now() - opened_ > kLookAgain) drop();
    if (fd_ < 0) {
        if (const int error = open()) return error;
    }
    const auto until = Clock::now() + timeout;
    for (;;) {
        if (::send(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return 0;
        const int error = errno;
        if (error == EINTR) continue;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        if ((error == EAGAIN || error == ENOBUFS) && left.count() > 0) {
            pollfd room{fd_, POLLOUT, 0};
            // ENOBUFS: poll says that there is room, and there is none.
            if (error == EAGAIN)
                (void)::poll(&room, 1, static_cast<int>(left.count()));
            else
                (void)::poll(nullptr, 0, 1);
            continue;
        }
        if (error != EAGAIN && error != EMSGSIZE) drop();  // the agent may be back as another socket
        return error;
    }
}

int Datagrams::open() {
    const int error = to_.path.empty() ? openUdp() : openUnix();
    opened_ = Clock::now();
    return error;
}

int Datagrams::openUdp() {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(to_.host.c_str(), to_.port.c_str(), &wanted, &found) != 0) return EHOSTUNREACH;
    int error = EHOSTUNREACH;
    for (const addrinfo* one = found; one != nullptr && fd_ < 0; one = one->ai_next) {
        fd_ = ::socket(one->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd_ >= 0 && ::connect(fd_, one->ai_addr, one->ai_addrlen) == 0) break;
        error = errno;
        drop();
    }
    ::freeaddrinfo(found);
    return fd_ >= 0 ? 0 : error;
}

int Datagrams::openUnix() {
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return errno;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    to_.path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return 0;
    const int error = errno;
    drop();
    return error;
}

void Datagrams::drop() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

}  // namespace measures
