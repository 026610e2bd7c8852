// One client connection: TLS if configured, then requests one after the other, each handed to the gateway.
// Runs on a fiber of its own.
#pragma once

#include <memory>
#include <string>

#include "gateway/gateway.h"
#include "upstream/socket_transport.h"

namespace sluice::net {

class Connection final : public gateway::Client {
public:
    Connection(gateway::Gateway& gateway, gateway::Worker& worker,
               std::unique_ptr<upstream::SocketTransport> transport, std::string address,
               const base::Limits& limits);

    /// Until the connection ends. [loop, in a fiber]
    void serve();
    /// Says that there is no room, and closes. [loop, in a fiber]
    void refuse(std::string_view why);

    http::ServerConnection& http() override { return http_; }
    const std::string& address() const override { return address_; }
    bool gone() const override { return transport_->watch().hungUp(); }
    bool finished() const override { return transport_->watch().peerFinished(); }
    void interruptOnFinish(bool on) override { transport_->watch().interruptOnFinish(on); }

    /// Waiting for a request: a drain may close it.
    bool idle() const { return idle_; }
    base::Fiber* fiber() const { return fiber_; }
    /// Ends both directions at once, so that not even a slow reader keeps the process alive. [loop]
    void hangUp() { transport_->fiber().hangUp(); }

private:
    bool handshake();

    gateway::Gateway& gateway_;
    gateway::Worker& worker_;
    std::unique_ptr<upstream::SocketTransport> transport_;
    std::string address_;
    const base::Limits& limits_;
    http::ServerConnection http_;
    base::Fiber* fiber_ = nullptr;
    bool idle_ = true;
};

}  // namespace sluice::net
