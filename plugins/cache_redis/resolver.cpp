#include "resolver.h"

#include <netdb.h>

#include <cstring>

namespace cache_redis {
namespace {

void resolve(Resolution& asked, int flags) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    const int fault = getaddrinfo(asked.host.c_str(), std::to_string(asked.port).c_str(), &hints, &found);
    if (fault != 0) {
        asked.fault = gai_strerror(fault);
        return;
    }
    for (const addrinfo* one = found; one; one = one->ai_next) {
        SocketAddress address;
        if (one->ai_addrlen > sizeof address.storage) continue;
        std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
        address.size = one->ai_addrlen;
        asked.addresses.push_back(address);
    }
    freeaddrinfo(found);
    if (asked.addresses.empty()) asked.fault = "it has no address";
}

}  // namespace

Resolver::~Resolver() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    ready_.notify_all();
    thread_.join();
}

std::shared_ptr<Resolution> Resolver::ask(const std::string& host, int port) {
    auto asked = std::make_shared<Resolution>();
    asked->host = host;
    asked->port = port;
    resolve(*asked, AI_NUMERICHOST);
    if (!asked->addresses.empty()) {
        asked->done = true;
        return asked;
    }
    asked->fault.clear();
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(asked);
    }
    ready_.notify_one();
    return asked;
}

void Resolver::run() {
    for (;;) {
        std::shared_ptr<Resolution> next;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return ending_ || !queue_.empty(); });
            if (ending_) return;
            next = std::move(queue_.front());
            queue_.pop_front();
        }
        if (next.use_count() > 1) resolve(*next, 0);  // nobody waits for it any more
        next->done = true;
        wake_();
    }
}

}  // namespace cache_redis
