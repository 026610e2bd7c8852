#include "base/fd_watch.h"

#include <sys/epoll.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "base/loop.h"

namespace sluice::base {

FdWatch::FdWatch(Loop& loop, int fd) : loop_(loop), fd_(fd) { loop_.unwatched_.push_back(this); }

FdWatch::~FdWatch() {
    if (watched_)
        ::epoll_ctl(loop_.epoll_fd_, EPOLL_CTL_DEL, fd_, nullptr);
    else
        std::erase(loop_.unwatched_, this);
}

void FdWatch::begin() {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = this;
    watched_ = ::epoll_ctl(loop_.epoll_fd_, EPOLL_CTL_ADD, fd_, &event) == 0;
    if (watched_) return;
    log::error("a descriptor cannot be watched: {}; its connection ends", std::strerror(errno));
    dispatch(EPOLLERR);
}

void FdWatch::dispatch(uint32_t events) {
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        readable_ = true;
        if (reader_) reader_->wake();
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        writable_ = true;
        if (writer_) writer_->wake();
    }
    const bool finished = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    const bool gone = events & (EPOLLHUP | EPOLLERR);
    const bool news = (on_finish_ && finished && !peer_finished_) || (gone && !hung_up_);
    peer_finished_ |= finished;
    hung_up_ |= gone;
    if (news && on_hangup_) on_hangup_->interrupt();
}

Wake FdWatch::wait(Fiber*& slot, bool& flag, TimePoint deadline, bool interruptible) {
    Wake wake = Wake::Ready;
    slot = Fiber::current();
    // Others may wake this fiber too, for reasons of their own.
    while (!flag && wake == Wake::Ready) wake = Fiber::park(deadline, interruptible);
    slot = nullptr;
    return wake;
}

Wake FdWatch::waitReadable(TimePoint deadline) { return wait(reader_, readable_, deadline, true); }
Wake FdWatch::waitWritable(TimePoint deadline, bool interruptible) {
    return wait(writer_, writable_, deadline, interruptible);
}

}  // namespace sluice::base
