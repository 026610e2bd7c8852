// Counters on Redis, and what happens while it is away: each gateway counts on in its own memory, against its
// share of each limit, which is the limit by the number of gateways that were last seen. Requests never wait
// longer than the deadline, and once one of them has, none waits until the server answers again. What was
// counted meanwhile is added when it is back.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "counters/memory.h"
#include "link.h"

namespace counters_redis {

struct Options {
    Address address;
    std::string prefix = "sluice";
    uint32_t deadline_ms = 50;  // of silence
    uint32_t timeout_ms = 250;  // for the server, before the connection is given up
};

class Shared {
public:
    Shared(sluice::Host host, const Options& options);
    ~Shared();

    sluice_status take(sluice_ctx* ctx, sluice_counter* counters, size_t count, size_t* which);
    void settle(const sluice_counter* counters, size_t count);
    void seed(const sluice_counter* counters, size_t count);
    sluice_status read(sluice_counter* counters, size_t count);
    /// Says that this gateway lives, and forgets what has ended; every few seconds. [offload]
    void heartbeat();
    bool up() const { return link_.up(); }

private:
    struct Asked;
    struct Missed {  // counted here while the server was away
        uint32_t kind;
        int64_t span_ms, ends_ms, amount, at_ms;
    };
    std::string key(const sluice_counter& counter) const;
    sluice_status takeHere(sluice_counter* counters, size_t count, size_t* which);
    sluice_status takeThere(sluice_ctx* ctx, sluice_counter* counters, size_t count, size_t* which);
    Link::Command takeCommand(const sluice_counter* counters, size_t count) const;
    bool waitFor(sluice_ctx* ctx, uint64_t ticket, int64_t asked_at);
    void countHere(std::vector<sluice_counter>& counters);
    int64_t share(const sluice_counter& counter);
    void settleThere(const sluice_counter* counters, size_t count);
    void miss(const sluice_counter& counter, int64_t amount);
    void changed(bool up, const std::string& why);
    void handIn();

    const sluice::Host host_;
    const sluice_host_wait* wait_;
    const Options options_;
    const std::string gateway_;  // this process, in the keys of sums
    const sluice::Metric up_gauge_, degraded_total_;
    counters::Memory mine_;  // what this gateway counts, in any weather
    std::atomic<int64_t> gateways_{1};
    std::mutex mutex_;
    std::map<std::string, Missed> missed_;  // guarded by mutex_; by key and slot
    std::map<std::string, int64_t> bases_;  // guarded by mutex_; of sums when the server went away
    Link link_;                             // last: its thread uses the rest
};

}  // namespace counters_redis
