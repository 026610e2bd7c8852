// Readiness of one file descriptor on one loop, edge-triggered: registered once, before the loop next asks
// for news, no system call for a wait. The user reads or writes until the kernel says EAGAIN (or takes less
// than asked), says so with drained()/filled(), then waits.
#pragma once

#include <cstdint>

#include "base/fiber.h"

namespace sluice::base {

class Loop;

class FdWatch {
public:
    /// Borrows `fd`, which must be non-blocking and stay open as long as this object. [loop]
    FdWatch(Loop& loop, int fd);
    ~FdWatch();
    FdWatch(const FdWatch&) = delete;
    FdWatch& operator=(const FdWatch&) = delete;

    int fd() const { return fd_; }
    bool readable() const { return readable_; }
    bool writable() const { return writable_; }
    void drained() { readable_ = peer_finished_; }  // the end stays readable: its edge has been seen already
    void filled() { writable_ = false; }

    /// Parks until the descriptor may be read (written). One fiber a direction.
    Wake waitReadable(TimePoint deadline);
    Wake waitWritable(TimePoint deadline, bool interruptible = true);

    /// The peer sent FIN: it will send nothing more, but may still read.
    bool peerFinished() const { return peer_finished_; }
    /// The connection is gone in both directions.
    bool hungUp() const { return hung_up_; }

    /// `fiber` is interrupted when the connection goes, even while it waits for something else, and with
    /// interruptOnFinish also when the peer finishes. Null ends that. The fiber must outlive it.
    void interruptOnHangup(Fiber* fiber) { on_hangup_ = fiber; }
    void interruptOnFinish(bool on) { on_finish_ = on; }

private:
    friend class Loop;
    void begin();
    void dispatch(uint32_t events);
    Wake wait(Fiber*& slot, bool& flag, TimePoint deadline, bool interruptible);

    Loop& loop_;
    int fd_;
    Fiber* reader_ = nullptr;
    Fiber* writer_ = nullptr;
    Fiber* on_hangup_ = nullptr;
    bool readable_ = true;  // optimistic: the first read finds out
    bool writable_ = true;
    bool peer_finished_ = false;
    bool hung_up_ = false;
    bool on_finish_ = false;
    bool watched_ = false;  // the kernel has been told
};

}  // namespace sluice::base
