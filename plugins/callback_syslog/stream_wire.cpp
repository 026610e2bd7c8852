#include "stream_wire.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace callback_syslog {
namespace {

std::string told(int error) { return std::generic_category().message(error); }

}  // namespace

bool StreamWire::send(std::string_view frames, std::chrono::milliseconds timeout) {
    const std::lock_guard lock(mutex_);
    const auto until = Clock::now() + timeout;
    if (fd_ >= 0 && !alive()) drop();
    if (fd_ < 0 && !connectBy(until)) return false;
    return write(frames, until);
}

std::string StreamWire::fault() const {
    const std::lock_guard lock(mutex_);
    return fault_;
}

bool StreamWire::connectBy(Clock::time_point until) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int looked = ::getaddrinfo(to_.host.c_str(), to_.port.c_str(), &wanted, &found);
    if (looked != 0) return fail(::gai_strerror(looked));
    bool connected = false;
    for (const addrinfo* one = found; one != nullptr && !connected; one = one->ai_next)
        connected = connectTo(*one, until);
    ::freeaddrinfo(found);
    if (!connected || !tls_) return connected;
    session_ = tls_->session(fd_);
    for (;;) {
        const TlsStep step = session_->handshake();
        if (step == TlsStep::Done) return true;
        if (step == TlsStep::Failed) return fail(session_->fault());
        if (!wait(step == TlsStep::WantRead ? POLLIN : POLLOUT, until)) return false;
    }
}

bool StreamWire::connectTo(const addrinfo& address, Clock::time_point until) {
    fd_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return fail(told(errno));
    const int yes = 1;
    (void)::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    (void)::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    if (::connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS) return fail(told(errno));
    if (!wait(POLLOUT, until)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    (void)::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 || fail(told(error));
}

// A receiver that has gone says so, by an end or a reset, before the next frame is lost to it. What else it
// says is read away.
bool StreamWire::alive() {
    if (session_) return session_->alive();
    std::array<char, 512> said;
    for (;;) {
        const ssize_t size = ::recv(fd_, said.data(), said.size(), MSG_DONTWAIT);
        if (size == 0) return false;
        if (size < 0 && errno != EINTR) return errno == EAGAIN;
    }
}

bool StreamWire::write(std::string_view frames, Clock::time_point until) {
    while (!frames.empty()) {
        if (session_) {
            size_t written = 0;
            const TlsStep step = session_->write(frames, written);
            frames.remove_prefix(written);
            if (step == TlsStep::Done) continue;
            if (step == TlsStep::Failed) return fail(session_->fault());
            if (!wait(step == TlsStep::WantRead ? POLLIN : POLLOUT, until)) return false;
            continue;
        }
        const ssize_t written = ::send(fd_, frames.data(), frames.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written >= 0)
            frames.remove_prefix(static_cast<size_t>(written));
        else if (errno == EAGAIN && !wait(POLLOUT, until))
            return false;
        else if (errno != EAGAIN && errno != EINTR)
            return fail(told(errno));
    }
    return true;
}

bool StreamWire::wait(short events, Clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return fail(told(ETIMEDOUT));
        pollfd ready{fd_, events, 0};
        const int count = ::poll(&ready, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
        if (count > 0) return true;
        if (count < 0 && errno != EINTR) return fail(told(errno));
    }
}

bool StreamWire::fail(std::string why) {
    fault_ = std::move(why);
    drop();
    return false;
}

void StreamWire::drop() {
    session_.reset();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

}  // namespace callback_syslog
