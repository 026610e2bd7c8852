// TLS over a fiber socket, both as client and as server: Poco's SecureStreamSocketImpl with the waiting done
// by fibers.
#pragma once

#include <string>

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocketImpl.h>

#include "base/status.h"
#include "upstream/fiber_socket.h"

namespace sluice::upstream {

class TlsSocketImpl final : public Poco::Net::SecureStreamSocketImpl {
public:
    /// Shares the ownership of `inner` (Poco counts references).
    TlsSocketImpl(FiberSocketImpl* inner, Poco::Net::Context::Ptr context);

    /// Client: handshake with SNI, then the certificate is checked against `host`. Errors say what the peer
    /// did. [loop]
    base::Status handshakeAsClient(const std::string& host, base::TimePoint deadline);
    base::Status handshakeAsServer(base::TimePoint deadline);

    FiberSocketImpl& inner() { return *inner_; }

    bool poll(const Poco::Timespan& timeout, int mode) override;
    void setReceiveTimeout(const Poco::Timespan& timeout) override { inner_->setReceiveTimeout(timeout); }
    Poco::Timespan getReceiveTimeout() override { return inner_->getReceiveTimeout(); }
    void setSendTimeout(const Poco::Timespan& timeout) override { inner_->setSendTimeout(timeout); }
    Poco::Timespan getSendTimeout() override { return inner_->getSendTimeout(); }

protected:
    ~TlsSocketImpl() override = default;

private:
    FiberSocketImpl* inner_;  // kept alive by the base class
};

/// Strict: chain and host name must be right. `ca_file` empty = the system's authorities. Shared by all
/// loops.
base::Result<Poco::Net::Context::Ptr> clientContext(const std::string& ca_file);
base::Result<Poco::Net::Context::Ptr> serverContext(const std::string& certificate_file,
                                                    const std::string& key_file);

}  // namespace sluice::upstream
