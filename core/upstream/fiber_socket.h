// Poco's sockets on fibers. A FiberSocketImpl is what a Poco::Net::StreamSocket holds; where Poco would block
// the thread, it parks the fiber. Non-blocking descriptor, edge-triggered readiness, no system call to wait.
#pragma once

#include <sys/uio.h>

#include <memory>
#include <span>

#include <Poco/Net/StreamSocketImpl.h>

#include "base/fd_watch.h"
#include "base/loop.h"
#include "http/transport.h"

namespace sluice::upstream {

class FiberSocketImpl final : public Poco::Net::StreamSocketImpl {
public:
    /// Takes over a connected, non-blocking descriptor that sends at once what it is given (TCP_NODELAY).
    /// [loop]
    FiberSocketImpl(base::Loop& loop, int fd);
    /// A new socket of that family, to be connected.
    FiberSocketImpl(base::Loop& loop, Poco::Net::AddressFamily::Family family);

    // --- what the gateway's own code uses: no exceptions ---
    http::IoResult read(char* out, size_t max, base::TimePoint deadline);
    http::IoResult write(std::span<const iovec> parts, base::TimePoint deadline);
    http::Io connectTo(const Poco::Net::SocketAddress& address, base::TimePoint deadline);
    base::FdWatch& watch() { return *watch_; }
    void hangUp();
    /// Nothing has arrived that nobody has read; asks the kernel.
    bool quiet() const;
    /// Writes to a client are not given up because its fiber is interrupted: if it is gone, writing fails by
    /// itself.
    void setInterruptibleWrites(bool on) { interruptible_writes_ = on; }

    /// For Poco's calls, which bring no deadline of their own; and how the last of their waits ended.
    void setDeadline(base::TimePoint deadline) { deadline_ = deadline; }
    base::Wake lastWake() const { return last_wake_; }

    // --- what Poco calls ---
    void connect(const Poco::Net::SocketAddress& address) override;
    void connect(const Poco::Net::SocketAddress& address, const Poco::Timespan& timeout) override;
    void close() override;
    int sendBytes(const void* buffer, int length, int flags = 0) override;
    int sendBytes(const Poco::Net::SocketBufVec& buffers, int flags = 0) override;
    int receiveBytes(void* buffer, int length, int flags = 0) override;
    int receiveBytes(Poco::Net::SocketBufVec& buffers, int flags = 0) override;
    int receiveBytes(Poco::Buffer<char>& buffer, int flags = 0,
                     const Poco::Timespan& timeout = 100000) override;
    bool poll(const Poco::Timespan& timeout, int mode) override;
    void setReceiveTimeout(const Poco::Timespan& timeout) override { receive_timeout_ = timeout; }
    Poco::Timespan getReceiveTimeout() override { return receive_timeout_; }
    void setSendTimeout(const Poco::Timespan& timeout) override { send_timeout_ = timeout; }
    Poco::Timespan getSendTimeout() override { return send_timeout_; }

protected:
    ~FiberSocketImpl() override;

private:
    base::Loop& loop_;
    std::unique_ptr<base::FdWatch> watch_;
    base::TimePoint deadline_ = base::kNever;
    bool interruptible_writes_ = true;
    base::Wake last_wake_ = base::Wake::Ready;
    Poco::Timespan receive_timeout_{3600, 0};  // the deadline is what counts
    Poco::Timespan send_timeout_{3600, 0};
};

}  // namespace sluice::upstream
