// The index in Redis' vector search, for several gateways. It has connections of its own, of the same kind as
// cache_redis has: one server, a cluster, sentinels, TLS. A search waits no longer than its deadline; five
// that come too late in a row, or a fault that does not pass by itself (no vector search there, an index of
// other vectors under that name), and it is left alone for a while. Faults are logged once, and once when
// they are over; requests go on without it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "cache_redis/engine.h"
#include "semantic/redis_words.h"

namespace cache {

struct RedisIndexOptions {
    bool on = false;
    cache_redis::Options server;
    std::string index = "sluice_cache";
    uint32_t timeout_ms = 20;  // of a search
};

class RedisIndex {
public:
    /// Throws std::runtime_error if the host cannot make a hook wait, or for files of TLS. [control]
    RedisIndex(sluice::Host host, const RedisIndexOptions& options);
    RedisIndex(const RedisIndex&) = delete;
    RedisIndex& operator=(const RedisIndex&) = delete;

    /// [loop] [may-wait]
    std::optional<Neighbour> nearest(sluice_ctx* ctx, const std::string& scope,
                                     const std::vector<float>& vector, int64_t now_ms);
    /// Goes there by itself; dropped if Redis is away for long, or has no such index. [any]
    void add(const Answered& answered, int64_t now_ms);
    /// Its answer is not there any more. [any]
    void remove(const std::string& scope, const std::string& key);
    /// The index goes, with all that is in it; the next add() makes it anew. [any]
    void clear();
    /// {"index": "redis", "name": …, "healthy": …, "error": …}. [any]
    nlohmann::json status() const;

private:
    struct Search;
    cache_redis::JobPtr job(Words words, cache_redis::Lane lane) const;
    void submit(cache_redis::JobPtr job);
    void create(size_t dimensions);
    void check(size_t dimensions, bool other_size);
    void created(const redisReply& reply, size_t dimensions);
    void searched(const redisReply& reply, const std::vector<float>& vector);
    bool leftAlone() const;
    void late(bool is);
    void fault(const std::string& what, int64_t pause_ms);
    void fine();
    void changed(const cache_redis::Node& node, bool up, const std::string& why);

    const sluice::Host host_;
    const sluice_host_wait* wait_;
    const RedisNames names_;
    const uint32_t timeout_ms_;
    const sluice::Metric searches_;
    std::atomic<bool> ready_{false}, creating_{false};
    std::atomic<uint32_t> late_{0};  // in a row
    std::atomic<size_t> waiting_{0};
    std::atomic<int64_t> alone_until_ms_{0};  // of clockMs()
    mutable std::mutex mutex_;
    std::string fault_;  // guarded by mutex_

    cache_redis::Engine engine_;  // last: its thread uses the rest
};

}  // namespace cache
