#include "upstream/resolver.h"

#include <netdb.h>

#include <memory>

namespace sluice::upstream {

using base::Code;
using Poco::Net::IPAddress;
using Poco::Net::SocketAddress;

namespace {

constexpr auto kRemember = std::chrono::seconds(30);
constexpr auto kStaleMax = std::chrono::minutes(10);  // while the name server is away
constexpr size_t kNamesMax = 4096;

std::vector<SocketAddress> withPort(const std::vector<IPAddress>& addresses, uint16_t port) {
    std::vector<SocketAddress> out;
    for (const auto& address : addresses) out.emplace_back(address, port);
    return out;
}

// [offload]
int lookUp(const std::string& host, std::vector<IPAddress>& out) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (rc != 0) return rc;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    for (const addrinfo* a = found; a; a = a->ai_next)
        out.push_back(SocketAddress(a->ai_addr, a->ai_addrlen).host());
    return 0;
}

}  // namespace

// What is old still serves while somebody asks anew: no request waits for a name server twice.
void Resolver::refreshIfOld(const std::string& host, Entry& entry) {
    if (entry.expires > base::Clock::now() || entry.refreshing) return;
    entry.refreshing = offload_.submit([cache = cache_, host] {
        std::vector<IPAddress> addresses;
        const int rc = lookUp(host, addresses);
        const std::lock_guard lock(cache->mutex);
        const auto found = cache->entries.find(host);
        if (found == cache->entries.end()) return;
        found->second.refreshing = false;
        if (rc == 0 && !addresses.empty()) found->second = {addresses, base::Clock::now() + kRemember, false};
    });
}

base::Result<std::vector<SocketAddress>> Resolver::resolve(const std::string& host, uint16_t port) {
    IPAddress literal;
    if (IPAddress::tryParse(host, literal)) return std::vector<SocketAddress>{SocketAddress(literal, port)};
    {
        const std::lock_guard lock(cache_->mutex);
        const auto found = cache_->entries.find(host);
        if (found != cache_->entries.end() && found->second.expires + kStaleMax > base::Clock::now()) {
            refreshIfOld(host, found->second);
            return withPort(found->second.addresses, port);
        }
    }
    std::vector<IPAddress> addresses;
    int rc = 0;
    if (auto done = offload_.run([&] { rc = lookUp(host, addresses); }); !done) return done.error();
    if (rc != 0 || addresses.empty()) {
        return base::upstreamError(
            Code::Unavailable, "cannot resolve \"" + host + "\": " + ::gai_strerror(rc), base::Retry::Safe);
    }
    const std::lock_guard lock(cache_->mutex);
    if (cache_->entries.size() >= kNamesMax) cache_->entries.clear();
    cache_->entries[host] = {addresses, base::Clock::now() + kRemember, false};
    return withPort(addresses, port);
}

}  // namespace sluice::upstream
