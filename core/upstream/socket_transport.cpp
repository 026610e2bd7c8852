#include "upstream/socket_transport.h"

#include <openssl/err.h>

#include <Poco/Exception.h>

namespace sluice::upstream {

using http::Io;
using http::IoResult;

SocketTransport::SocketTransport(FiberSocketImpl* plain) : socket_(plain), fiber_(plain) {}
SocketTransport::SocketTransport(TlsSocketImpl* tls) : socket_(tls), fiber_(&tls->inner()), tls_(tls) {}

Io SocketTransport::failure(const std::exception& e) const {
    if (fiber_->lastWake() == base::Wake::Interrupted) return Io::Interrupted;
    return dynamic_cast<const Poco::TimeoutException*>(&e) ? Io::Timeout : Io::Failed;
}

IoResult SocketTransport::read(char* out, size_t max, base::TimePoint deadline) {
    if (!tls_) return fiber_->read(out, max, deadline);
    fiber_->setDeadline(deadline);
    ERR_clear_error();
    try {
        const int n = tls_->receiveBytes(out, static_cast<int>(max));
        if (n > 0) return {Io::Ok, static_cast<size_t>(n)};
        return {Io::Eof, 0};
    } catch (const Poco::Exception& e) {
        return {failure(e), 0};
    }
}

IoResult SocketTransport::write(std::span<const iovec> parts, base::TimePoint deadline) {
    if (!tls_) return fiber_->write(parts, deadline);
    fiber_->setDeadline(deadline);
    // One TLS record for what belongs together.
    std::string joined;
    for (const auto& part : parts) joined.append(static_cast<const char*>(part.iov_base), part.iov_len);
    size_t sent = 0;
    try {
        while (sent < joined.size()) {
            ERR_clear_error();
            const int n = tls_->sendBytes(joined.data() + sent,
                                          static_cast<int>(std::min<size_t>(joined.size() - sent, 1 << 20)));
            if (n <= 0) return {Io::Failed, sent};
            sent += static_cast<size_t>(n);
        }
    } catch (const Poco::Exception& e) {
        return {failure(e), sent};
    }
    return {Io::Ok, sent};
}

void SocketTransport::shutdownWrite() {
    try {
        if (tls_) {
            tls_->shutdown();
        } else {
            socket_.shutdownSend();
        }
    } catch (const Poco::Exception&) {
        // The peer was faster: there is nothing left to shut down.
    }
}

}  // namespace sluice::upstream
