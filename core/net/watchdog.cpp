// Looks after the loops from outside: a fiber that does not let go of its loop is named, and the connections
// that wait at that loop's listener go to another one. Gives memory back after large bodies.
#include <sys/socket.h>

#include "base/after_burst.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/server.h"

namespace sluice::net {
namespace {

struct Seen {
    uint64_t ticks = 0;
    base::TimePoint since{};
    bool reported = false;
};

// Counts the stall at the instance whose hook runs, if it is one.
void blame(const gateway::Gateway& gateway, const char* label, size_t loop, double ms) {
    base::log::warn("event loop {} has been held for {:.0f} ms by {}", loop, ms, label ? label : "the core");
    const auto generation = gateway.generation();  // held: a reload may let it go meanwhile
    for (const auto& instance : generation->instances()) {
        if (instance->id().c_str() == label) ++instance->stalls;
    }
}

}  // namespace

void Server::watch() {
    const auto limit = base::milliseconds(listen_.limits.stall_warn_ms);
    std::vector<Seen> seen(loops_.size());
    base::AfterBurst bodies;
    std::unique_lock lock(watch_mutex_);
    while (!watch_wake_.wait_for(lock, std::min(limit / 2, base::milliseconds(20)),
                                 [this] { return stopping_.load(); })) {
        const auto now = base::Clock::now();
        if (bodies.over(gateway_.bodies().used(), now)) base::giveMemoryBack();
        for (size_t i = 0; i < loops_.size(); ++i) {
            const uint64_t ticks = loops_[i]->loop().runTicks();
            if (ticks % 2 == 0 || ticks != seen[i].ticks) {
                seen[i] = {ticks, now, false};
                continue;
            }
            if (now - seen[i].since < limit) continue;
            if (!seen[i].reported)
                blame(gateway_, loops_[i]->loop().runningLabel(), i, base::toMillis(now - seen[i].since));
            seen[i].reported = true;
            if (loops_.size() < 2) continue;
            LoopThread& other = *loops_[(i + 1) % loops_.size()];
            for (auto next = acceptFrom(loops_[i]->listenFd()); next.fd >= 0;
                 next = acceptFrom(loops_[i]->listenFd()))
                other.adopt(std::move(next));
        }
    }
}

}  // namespace sluice::net
