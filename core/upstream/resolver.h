// Names to addresses, off the loop, with a short memory. Numeric addresses never leave the loop.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <Poco/Net/SocketAddress.h>

#include "base/clock.h"
#include "base/offload.h"
#include "base/status.h"

namespace sluice::upstream {

class Resolver {
public:
    explicit Resolver(base::Offload& offload) : offload_(offload) {}

    /// All addresses of host:port, in the system's order. Parks the fiber on a miss. [loop]
    base::Result<std::vector<Poco::Net::SocketAddress>> resolve(const std::string& host, uint16_t port);

private:
    struct Entry {
        std::vector<Poco::Net::IPAddress> addresses;
        base::TimePoint expires;
        bool refreshing = false;
    };
    struct Cache {
        std::mutex mutex;
        std::unordered_map<std::string, Entry> entries;  // guarded by mutex
    };
    void refreshIfOld(const std::string& host, Entry& entry);

    base::Offload& offload_;
    std::shared_ptr<Cache> cache_ = std::make_shared<Cache>();  // a refresh may outlive this object
};

}  // namespace sluice::upstream
