// sluice.cache/1 over the engine. Thread safe; what may be called where says sluice/cache.h.
#pragma once

#include <sluice/cache.h>

#include <map>
#include <mutex>
#include <sluice/host.hpp>

#include "engine.h"

namespace cache_redis {

class Cache {
public:
    /// Throws sluice::ConfigError, and std::runtime_error if the host cannot make a hook wait.
    Cache(sluice::Host host, Options options);
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    using Take = void (*)(void* sink, size_t which, const sluice_cache_entry* entry);
    sluice_status get(sluice_ctx* ctx, const sluice_str* keys, size_t count, uint32_t wait_ms, void* sink,
                      Take take);
    sluice_status put(std::string_view key, std::string_view value, int64_t ttl_ms);
    sluice_status remove(const sluice_str* keys, size_t count, uint64_t* removed);
    sluice_status flush(std::string_view prefix);
    std::string status();

private:
    struct Asked;
    struct Together;
    enum class Swept { Whole, Failed };

    JobPtr jobFor(std::string_view key, Lane lane) const;
    JobPtr lookup(const std::shared_ptr<Asked>& asked, size_t which, std::string_view key, uint64_t ticket);
    void stored(End end, const std::vector<Reply>& replies, size_t bytes);
    sluice_status drop(const char* why, sluice_status status);
    Swept sweep(const Place& master, const std::string& pattern);
    bool unlink(const std::vector<std::string>& keys, const Place& master, uint64_t* removed);
    std::shared_ptr<Together> ask(std::vector<JobPtr> jobs);
    void changed(const Node& node, bool up, const std::string& why);
    void refused(const char* doing, const redisReply& error);
    std::string fault();

    const sluice::Host host_;
    const sluice_host_wait* wait_;
    const sluice::Metric up_, reads_, writes_, seconds_, queued_, redirects_;
    std::atomic<uint64_t> hits_{0}, misses_{0}, kept_{0}, dropped_{0}, errors_{0}, moves_{0};
    std::atomic<size_t> queue_bytes_{0}, queue_length_{0}, lookups_{0};

    std::mutex mutex_;
    std::map<std::string, std::string> faults_;        // guarded by mutex_; by server
    std::map<std::string, int64_t> refusals_said_ms_;  // guarded by mutex_
    std::string refusal_, complaint_;                  // guarded by mutex_

    Engine engine_;  // last: its thread uses the rest
};

}  // namespace cache_redis
