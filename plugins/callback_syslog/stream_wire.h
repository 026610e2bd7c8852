// A connection over which frames go out, TCP or TLS, made again when it has ended. Nothing comes back over
// it: that something was written means that the kernel has it, not that somebody has read it.
#pragma once

#include <netdb.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "tls.h"

namespace callback_syslog {

using Clock = std::chrono::steady_clock;

struct StreamAddress {
    std::string host, port;
};

/// [any]: one at a time sends.
class StreamWire {
public:
    /// `tls` null: plain TCP.
    StreamWire(StreamAddress to, std::shared_ptr<const TlsContext> tls)
        : to_(std::move(to)), tls_(std::move(tls)) {}
    ~StreamWire() { drop(); }
    StreamWire(const StreamWire&) = delete;
    StreamWire& operator=(const StreamWire&) = delete;

    /// All of it within that time, or false: then a part of it may have gone out, and the connection is
    /// closed.
    bool send(std::string_view frames, std::chrono::milliseconds timeout);
    /// Why the last send() has failed; in the words of the system, without anything that was sent.
    std::string fault() const;

private:
    bool connectBy(Clock::time_point until);
    bool connectTo(const addrinfo& address, Clock::time_point until);
    bool alive();
    bool write(std::string_view frames, Clock::time_point until);
    bool wait(short events, Clock::time_point until);
    bool fail(std::string why);
    void drop();

    const StreamAddress to_;
    const std::shared_ptr<const TlsContext> tls_;
    mutable std::mutex mutex_;
    // Guarded by mutex_ from here on.
    int fd_ = -1;
    std::unique_ptr<TlsSession> session_;  // null: plain, or not connected
    std::string fault_;
};

}  // namespace callback_syslog
