// The little of Linux that both bench tools need: an owned descriptor, an epoll set with nanosecond timeouts,
// and non-blocking loopback sockets. One thread each; nothing here is shared between threads.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <span>
#include <utility>

namespace sluice::bench {

constexpr std::uint64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

inline std::uint64_t nowNs() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

[[noreturn]] inline void die(const char* what) {
    std::perror(what);
    std::exit(2);
}

// Soft limit to hard limit. Returns the descriptors this process may now have open.
inline std::uint64_t raiseDescriptorLimit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
    return limit.rlim_cur;
}

// The kernel rounds a sleeping thread's timer by 50 us by default, which would show in the gaps. Per thread;
// threads that are started later inherit it.
inline void sharpenTimers() { prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

class Descriptor final {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~Descriptor() { reset(); }

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    void reset() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_ = -1;
};

// Level-triggered epoll. `tag` comes back in epoll_event::data.u64.
class Poller final {
public:
    Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        if (!epoll_.valid()) die("epoll_create1");
    }

    void add(int fd, std::uint32_t events, std::uint64_t tag) { control(EPOLL_CTL_ADD, fd, events, tag); }
    void modify(int fd, std::uint32_t events, std::uint64_t tag) { control(EPOLL_CTL_MOD, fd, events, tag); }

    // Waits until something is ready or `deadline_ns` on the monotonic clock has passed; UINT64_MAX waits for
    // ever. The span is valid until the next call.
    std::span<const epoll_event> wait(std::uint64_t deadline_ns) {
        timespec timeout{};
        const bool for_ever = deadline_ns == UINT64_MAX;
        if (!for_ever) {
            const std::uint64_t now = nowNs();
            const std::uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
            timeout.tv_sec = static_cast<time_t>(left / kNsPerSecond);
            timeout.tv_nsec = static_cast<long>(left % kNsPerSecond);
        }
        const int count =
            epoll_pwait2(epoll_.get(), events_, kEventsMax, for_ever ? nullptr : &timeout, nullptr);
        if (count < 0 && errno != EINTR) die("epoll_pwait2");
        return {events_, static_cast<std::size_t>(count < 0 ? 0 : count)};
    }

private:
    static constexpr int kEventsMax = 256;

    void control(int operation, int fd, std::uint32_t events, std::uint64_t tag) {
        epoll_event event{};
        event.events = events;
        event.data.u64 = tag;
        if (epoll_ctl(epoll_.get(), operation, fd, &event) != 0) die("epoll_ctl");
    }

    Descriptor epoll_;
    epoll_event events_[kEventsMax]{};
};

// Nagle's algorithm would hold a small write back until the peer's acknowledgement: 40 ms that belong to
// nobody.
inline void sendAtOnce(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// A socket whose connection is under way, or an invalid one. EPOLLOUT and SO_ERROR tell how it ended.
inline Descriptor startConnecting(const sockaddr_in& address) {
    Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd.valid()) return fd;
    sendAtOnce(fd.get());
    const int result = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (result != 0 && errno != EINPROGRESS) fd.reset();
    return fd;
}

inline bool isConnected(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

}  // namespace sluice::bench
