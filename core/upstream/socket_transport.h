// http::Transport over a Poco StreamSocket, plain or TLS. The plain way calls the fiber socket directly.
#pragma once

#include <string>

#include <Poco/Net/StreamSocket.h>

#include "http/transport.h"
#include "upstream/fiber_socket.h"
#include "upstream/tls_socket.h"

namespace sluice::upstream {

class SocketTransport final : public http::Transport {
public:
    explicit SocketTransport(FiberSocketImpl* plain);  // takes ownership
    explicit SocketTransport(TlsSocketImpl* tls);      // takes ownership

    http::IoResult read(char* out, size_t max, base::TimePoint deadline) override;
    http::IoResult write(std::span<const iovec> parts, base::TimePoint deadline) override;
    void shutdownWrite() override;

    FiberSocketImpl& fiber() { return *fiber_; }
    base::FdWatch& watch() const { return fiber_->watch(); }
    bool secure() const { return tls_ != nullptr; }
    TlsSocketImpl* tls() { return tls_; }

private:
    http::Io failure(const std::exception& e) const;

    Poco::Net::StreamSocket socket_;  // owns what the two pointers show
    FiberSocketImpl* fiber_;
    TlsSocketImpl* tls_ = nullptr;
};

}  // namespace sluice::upstream
