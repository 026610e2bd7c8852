// The client of an exchange: its connection, its address, and whether it is still there.
#pragma once

#include <string>

#include "base/fiber.h"
#include "http/server_connection.h"

namespace sluice::gateway {

class Client {
public:
    virtual ~Client() = default;
    virtual http::ServerConnection& http() = 0;
    virtual const std::string& address() const = 0;

    /// The connection is gone in both directions.
    virtual bool gone() const = 0;
    /// The peer sent FIN: gone, or only done with sending. Writing to it tells.
    virtual bool finished() const = 0;

    /// While on, a FIN interrupts the exchange's fiber; a connection that is gone always does.
    virtual void interruptOnFinish(bool on) = 0;
};

}  // namespace sluice::gateway
