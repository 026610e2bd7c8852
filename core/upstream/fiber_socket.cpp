#include "upstream/fiber_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>

namespace sluice::upstream {

using base::Wake;
using http::Io;
using http::IoResult;

namespace {

Io ioOf(Wake wake) { return wake == Wake::Timeout ? Io::Timeout : Io::Interrupted; }

[[noreturn]] void throwFor(Io io) {
    if (io == Io::Timeout || io == Io::Interrupted) throw Poco::TimeoutException();
    throw Poco::Net::ConnectionResetException();
}

// Takes `n` written bytes off the front of the list.
void dropFront(std::span<iovec>& parts, size_t n) {
    while (!parts.empty() && n >= parts.front().iov_len) {
        n -= parts.front().iov_len;
        parts = parts.subspan(1);
    }
    if (parts.empty()) return;
    parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + n;
    parts.front().iov_len -= n;
}

}  // namespace

FiberSocketImpl::FiberSocketImpl(base::Loop& loop, int fd)
    : StreamSocketImpl(fd), loop_(loop), watch_(std::make_unique<base::FdWatch>(loop, fd)) {}

FiberSocketImpl::FiberSocketImpl(base::Loop& loop, Poco::Net::AddressFamily::Family family)
    : StreamSocketImpl(family), loop_(loop) {
    const int flags = ::fcntl(sockfd(), F_GETFL);
    ::fcntl(sockfd(), F_SETFL, flags | O_NONBLOCK);
    const int on = 1;
    ::setsockopt(sockfd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

FiberSocketImpl::~FiberSocketImpl() { watch_.reset(); }

void FiberSocketImpl::close() {
    watch_.reset();  // before the number can belong to somebody else
    StreamSocketImpl::close();
}

bool FiberSocketImpl::quiet() const {
    char byte = 0;
    return ::recv(watch_->fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void FiberSocketImpl::hangUp() { ::shutdown(sockfd(), SHUT_RDWR); }

IoResult FiberSocketImpl::read(char* out, size_t max, base::TimePoint deadline) {
    for (;;) {
        if (!watch_->readable()) {
            const Wake wake = watch_->waitReadable(deadline);
            if (wake != Wake::Ready) return {ioOf(wake), 0};
        }
        const auto n = ::recv(sockfd(), out, max, MSG_DONTWAIT);
        if (n > 0) {
            // A short read has emptied the socket: no need to hear EAGAIN (epoll(7), questions and answers).
            if (static_cast<size_t>(n) < max) watch_->drained();
            return {Io::Ok, static_cast<size_t>(n)};
        }
        if (n == 0) return {Io::Eof, 0};
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return {Io::Failed, 0};
        watch_->drained();
        if (watch_->readable())
            return {Io::Failed, 0};  // finished, yet nothing to read: an error is on its way
    }
}

IoResult FiberSocketImpl::write(std::span<const iovec> parts, base::TimePoint deadline) {
    std::array<iovec, 64> room;
    size_t total = 0;
    while (!parts.empty()) {
        const size_t count = std::min(parts.size(), room.size());
        std::copy_n(parts.begin(), count, room.begin());
        parts = parts.subspan(count);
        std::span<iovec> left(room.data(), count);
        dropFront(left, 0);
        while (!left.empty()) {
            msghdr message{};
            message.msg_iov = left.data();
            message.msg_iovlen = left.size();
            const auto n = ::sendmsg(sockfd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n >= 0) {
                total += static_cast<size_t>(n);
                dropFront(left, static_cast<size_t>(n));
                continue;
            }
            if (errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) return {Io::Failed, total};
            watch_->filled();
            const Wake wake = watch_->waitWritable(deadline, interruptible_writes_);
            if (wake != Wake::Ready) return {ioOf(wake), total};
        }
    }
    return {Io::Ok, total};
}

Io FiberSocketImpl::connectTo(const Poco::Net::SocketAddress& address, base::TimePoint deadline) {
    const int rc = ::connect(sockfd(), address.addr(), address.length());
    if (rc != 0 && errno != EINPROGRESS) return Io::Failed;
    watch_ = std::make_unique<base::FdWatch>(loop_, sockfd());
    if (rc == 0) {
        watch_->drained();
        return Io::Ok;
    }
    // Near by, the handshake is over already.
    if (pollfd near{sockfd(), POLLOUT, 0}; ::poll(&near, 1, 0) != 1) {
        watch_->filled();
        const Wake wake = watch_->waitWritable(deadline);
        if (wake != Wake::Ready) return ioOf(wake);
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(sockfd(), SOL_SOCKET, SO_ERROR, &error, &size);
    watch_->drained();
    return error == 0 ? Io::Ok : Io::Failed;
}

void FiberSocketImpl::connect(const Poco::Net::SocketAddress& address) {
    const Io io = connectTo(address, deadline_);
    if (io != Io::Ok) throwFor(io);
}

void FiberSocketImpl::connect(const Poco::Net::SocketAddress& address, const Poco::Timespan& timeout) {
    const auto limit = base::Clock::now() + std::chrono::microseconds(timeout.totalMicroseconds());
    const Io io = connectTo(address, std::min(deadline_, base::TimePoint(limit)));
    if (io != Io::Ok) throwFor(io);
}

int FiberSocketImpl::sendBytes(const void* buffer, int length, int) {
    const iovec one{const_cast<void*>(buffer), static_cast<size_t>(length)};
    const IoResult sent = write({&one, 1}, deadline_);
    if (sent.io != Io::Ok) throwFor(sent.io);
    return length;
}

int FiberSocketImpl::sendBytes(const Poco::Net::SocketBufVec& buffers, int) {
    const IoResult sent = write({buffers.data(), buffers.size()}, deadline_);
    if (sent.io != Io::Ok) throwFor(sent.io);
    return static_cast<int>(sent.bytes);
}

int FiberSocketImpl::receiveBytes(void* buffer, int length, int) {
    const IoResult got = read(static_cast<char*>(buffer), static_cast<size_t>(length), deadline_);
    if (got.io != Io::Ok && got.io != Io::Eof) throwFor(got.io);
    return static_cast<int>(got.bytes);
}

int FiberSocketImpl::receiveBytes(Poco::Net::SocketBufVec& buffers, int flags) {
    if (buffers.empty()) return 0;
    return receiveBytes(buffers.front().iov_base, static_cast<int>(buffers.front().iov_len), flags);
}

int FiberSocketImpl::receiveBytes(Poco::Buffer<char>& buffer, int flags, const Poco::Timespan&) {
    if (buffer.size() == 0) buffer.resize(4096, false);
    const int n = receiveBytes(buffer.begin(), static_cast<int>(buffer.size()), flags);
    buffer.resize(static_cast<size_t>(n));
    return n;
}

// OpenSSL reads and writes the descriptor itself and calls this after EAGAIN: what was known about readiness
// is used up.
bool FiberSocketImpl::poll(const Poco::Timespan& timeout, int mode) {
    const auto limit = std::min(
        deadline_,
        base::TimePoint(base::Clock::now() + std::chrono::microseconds(timeout.totalMicroseconds())));
    last_wake_ = Wake::Ready;
    if (mode & SELECT_WRITE) {
        if (watch_->writable()) {
            watch_->filled();
            return true;
        }
        last_wake_ = watch_->waitWritable(limit, interruptible_writes_);
    } else {
        if (watch_->readable()) {
            watch_->drained();
            return true;
        }
        last_wake_ = watch_->waitReadable(limit);
    }
    return last_wake_ == Wake::Ready;
}

}  // namespace sluice::upstream
