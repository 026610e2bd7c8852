#include "base/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/fd_watch.h"

namespace sluice::base {
namespace {

thread_local Loop* t_loop = nullptr;

// Fibers of the later rank that run at least before the network is asked again: enough to pay for the asking.
constexpr size_t kLaterMin = 8;

int checked(int fd, const char* what) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    return fd;
}

}  // namespace

Loop::Loop()
    : epoll_fd_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_fd_(checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
      now_(Clock::now()),
      timers_(now_) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.ptr = nullptr;  // null: the wake descriptor
    ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event);
}

Loop::~Loop() {
    ::close(wake_fd_);
    ::close(epoll_fd_);
}

Loop* Loop::current() { return t_loop; }

void Loop::run() {
    t_loop = this;
    while (!(stopping_ && all_ == nullptr)) turn();
    t_loop = nullptr;
}

void Loop::stop() {
    post([this] {
        stopping_ = true;
        for (Fiber* f = all_; f; f = f->list_next_) f->interrupt();
    });
}

void Loop::post(std::function<void()> job) {
    {
        const std::lock_guard lock(post_mutex_);
        posted_.push_back(std::move(job));
    }
    if (!post_pending_.exchange(true)) {
        const uint64_t one = 1;
        [[maybe_unused]] const auto n = ::write(wake_fd_, &one, sizeof one);
    }
}

Fiber& Loop::spawn(std::function<void()> body) {
    auto owned = std::make_unique<Fiber>(*this, stacks_, std::move(body));
    Fiber* fiber = owned.release();  // owned by the intrusive list until finish()
    fiber->list_next_ = all_;
    if (all_) all_->list_prev_ = fiber;
    all_ = fiber;
    fiber_count_.fetch_add(1, std::memory_order_relaxed);
    fiber->interrupted_ = stopping_;
    ready_.push_back(fiber);
    return *fiber;
}

// Only now: a fiber that has just been given a connection reads and sends first.
void Loop::watchNew() {
    for (FdWatch* watch : unwatched_) watch->begin();
    unwatched_.clear();
}

void Loop::turn() {
    watchNew();
    std::array<epoll_event, 256> events;
    const int timeout = ready_.empty() && later_.empty() ? timers_.nextTimeoutMs(Clock::now()) : 0;
    const int n = ::epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), timeout);
    now_ = Clock::now();
    for (int i = 0; i < n; ++i)
        dispatch(events[static_cast<size_t>(i)].data.ptr, events[static_cast<size_t>(i)].events);
    runPosted();
    expireTimers();
    runLater(std::max(runReady(), kLaterMin));
}

void Loop::dispatch(void* tag, uint32_t events) {
    if (tag == nullptr) {
        uint64_t count = 0;
        [[maybe_unused]] const auto n = ::read(wake_fd_, &count, sizeof count);
        return;
    }
    // Nothing runs between epoll_wait and the end of dispatching, so no watch in this batch can have died.
    static_cast<FdWatch*>(tag)->dispatch(events);
}

void Loop::runPosted() {
    if (!post_pending_.exchange(false)) return;
    std::vector<std::function<void()>> jobs;
    {
        const std::lock_guard lock(post_mutex_);
        jobs.swap(posted_);
    }
    for (auto& job : jobs) job();
}

void Loop::expireTimers() {
    while (TimerNode* node = timers_.popExpired(now_)) static_cast<Fiber*>(node)->wakeWith(Wake::Timeout);
}

size_t Loop::runReady() {
    size_t count = 0;
    // A few rounds before the next look at the network: fibers that talk to each other need no system call.
    for (int round = 0; round < 8 && !ready_.empty(); ++round) {
        running_.swap(ready_);
        for (Fiber* fiber : running_) run(fiber);
        count += running_.size();
        running_.clear();
    }
    return count;
}

// A few of them, then the network is asked again whether somebody of the first rank has come. As many as
// there were of those, so that neither waits for the other alone.
void Loop::runLater(size_t count) {
    count = std::min(count, later_.size());
    for (size_t i = 0; i < count; ++i) run(later_[i]);  // which may append to it
    later_.erase(later_.begin(), later_.begin() + static_cast<std::ptrdiff_t>(count));
}

void Loop::run(Fiber* fiber) {
    run_ticks_.fetch_add(1, std::memory_order_relaxed);
    fiber->resume();
    run_ticks_.fetch_add(1, std::memory_order_relaxed);
    if (fiber->done_) finish(fiber);
}

void Loop::finish(Fiber* fiber) {
    if (fiber->list_prev_) fiber->list_prev_->list_next_ = fiber->list_next_;
    if (fiber->list_next_) fiber->list_next_->list_prev_ = fiber->list_prev_;
    if (all_ == fiber) all_ = fiber->list_next_;
    fiber_count_.fetch_sub(1, std::memory_order_relaxed);
    const std::unique_ptr<Fiber> dies(fiber);
}

}  // namespace sluice::base
