#include "net/connection.h"

#include "base/log.h"

namespace sluice::net {

using base::Clock;
using Next = http::ServerConnection::Next;

Connection::Connection(gateway::Gateway& gateway, gateway::Worker& worker,
                       std::unique_ptr<upstream::SocketTransport> transport, std::string address,
                       const base::Limits& limits)
    : gateway_(gateway),
      worker_(worker),
      transport_(std::move(transport)),
      address_(std::move(address)),
      limits_(limits),
      http_(*transport_, limits) {
    transport_->fiber().setInterruptibleWrites(false);
}

bool Connection::handshake() {
    if (!transport_->secure()) return true;
    const auto shaken =
        transport_->tls()->handshakeAsServer(Clock::now() + base::milliseconds(limits_.head_timeout_ms));
    if (!shaken) base::log::debug("{}: {}", address_, shaken.error().message);
    return shaken.has_value();
}

void Connection::serve() {
    fiber_ = base::Fiber::current();
    if (!handshake()) return;
    http::RequestHead head;
    for (;;) {
        idle_ = true;
        const Next next = gateway_.draining() ? Next::Closed : http_.readHead(head, Clock::now());
        idle_ = false;
        if (next == Next::Closed) return;
        if (next == Next::Fault) {
            gateway_.refuse(*this, http_.fault());
            return http_.linger();
        }
        transport_->watch().interruptOnHangup(fiber_);
        gateway_.handle(worker_, *this, head);
        transport_->watch().interruptOnHangup(nullptr);
        if (gone() || !http_.answered()) return;
        fiber_->clearInterrupt();
        if (!http_.keepAlive()) return http_.linger();
    }
}

void Connection::refuse(std::string_view why) {
    fiber_ = base::Fiber::current();
    idle_ = false;
    if (!handshake()) return;
    gateway_.refuseForLoad(*this, why);
    http_.linger();
}

}  // namespace sluice::net
