// A host that may be called on any thread, as the gateway: log, metrics, secrets and waits. The plugin's
// cache on it, and what a hook would do with that.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <sluice/host.hpp>
#include <string>
#include <vector>

#include "cache.h"

namespace cache_tests {

class Host {
public:
    Host();
    sluice::Host host() const { return sluice::Host(&face_.api); }
    std::map<std::string, std::string, std::less<>> secrets;  // before the plugin is loaded
    bool waits = true;                                        // false: a host of ABI 1.0

    std::vector<std::string> log() const;
    size_t logged(const std::string& part) const;
    /// 0 if it was never recorded. A series is "name label".
    double metric(const std::string& series) const;

private:
    struct Face {
        Host* self;
        sluice_host api;
    };
    static Host& of(const sluice_host* host);
    static const void* find(const sluice_host* host, sluice_str id);

    Face face_;
    mutable std::mutex mutex_;
    std::vector<std::string> log_, names_;
    std::vector<int32_t> kinds_;
    std::map<std::string, double> metrics_;
};

struct Got {
    sluice_status status = SLUICE_OK;
    std::map<size_t, std::string> values;
    std::map<size_t, int64_t> ttl_ms;
    int64_t took_ms = 0;
    std::string value() const { return values.count(0) > 0 ? values.at(0) : "(none)"; }
};

class Loaded {
public:
    /// Throws std::runtime_error with the words of a sluice::ConfigError.
    Loaded(Host& host, const std::string& config);
    cache_redis::Cache& operator*() { return *cache_; }
    cache_redis::Cache* operator->() { return cache_.get(); }

    Got get(const std::vector<std::string>& keys, uint32_t wait_ms = 3000);
    /// Until it says what is wanted; the last one.
    Got getUntil(const std::string& key, sluice_status status, const std::string& value, int64_t ms = 10'000);
    /// True once it was kept, for a server that may just be coming.
    bool keep(const std::string& key, const std::string& value, int64_t ms = 10'000);
    std::optional<uint64_t> remove(const std::vector<std::string>& keys);

private:
    std::unique_ptr<cache_redis::Cache> cache_;
};

/// Until it is true; false if it is not within that time.
template <class Condition>
bool eventually(Condition&& condition, int64_t ms = 10'000);

void pause(int64_t ms);

template <class Condition>
bool eventually(Condition&& condition, int64_t ms) {
    const int64_t until = cache_redis::clockMs() + ms;
    while (!condition()) {
        if (cache_redis::clockMs() > until) return false;
        pause(10);
    }
    return true;
}

}  // namespace cache_tests
