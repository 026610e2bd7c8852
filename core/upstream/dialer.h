// Connecting to a host that has several addresses, without waiting for one that does not answer: RFC 8305
// ("happy eyeballs"), section 5.
#pragma once

#include <vector>

#include <Poco/AutoPtr.h>
#include <Poco/Net/SocketAddress.h>

#include "base/loop.h"
#include "upstream/fiber_socket.h"

namespace sluice::upstream {

/// After this long without an answer the next address is tried beside those before it.
inline constexpr auto kConnectStagger = base::milliseconds(250);

struct Dialed {
    Poco::AutoPtr<FiberSocketImpl> socket;  // null: none of them answered
    http::Io io = http::Io::Failed;         // then: why
};

/// The first connection that comes about; the others are given up. Throws Poco::Exception if there can be no
/// socket at all. [loop]
Dialed dial(base::Loop& loop, const std::vector<Poco::Net::SocketAddress>& addresses,
            base::TimePoint deadline);

/// The same addresses, the families taking turns, beginning with that of the first (section 4).
std::vector<Poco::Net::SocketAddress> interleaved(const std::vector<Poco::Net::SocketAddress>& addresses);

}  // namespace sluice::upstream
