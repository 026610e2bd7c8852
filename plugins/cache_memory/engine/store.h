// The bounded store: entries in shards by their hash. [any], but for what says otherwise.
//
// Times are milliseconds of one clock that never goes back, whichever: of the host's, of a test's.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/shard.h"

namespace cache_memory {

struct Options {
    size_t max_bytes = size_t{256} << 20;      // of all entries, with headers and tables; see Entry::cost()
    size_t max_entry_bytes = size_t{1} << 20;  // of one value
    size_t shards = 16;                        // fewer, if one would not hold four of the largest entries
    bool operator==(const Options&) const = default;
};

class Store {
public:
    explicit Store(const Options& options);

    /// What was put under that key, as long as it has not expired; held until the caller lets go.
    Held find(std::string_view key, int64_t now_ms);
    /// False: larger than it takes. Throws std::bad_alloc.
    bool put(std::string_view key, std::string_view value, int64_t expires_ms, int64_t now_ms,
             bool in_main = false);
    /// Was it there?
    bool remove(std::string_view key, int64_t now_ms);
    /// Forgets what begins with `prefix` and is there now; all of it if that is empty. Takes as long as it
    /// takes; nobody waits for more than a step of it. [offload]
    void flush(std::string_view prefix);

    /// Another bound from now on. False: these options need another number of shards. [control]
    bool resize(const Options& options, int64_t now_ms);
    /// Moves everything to `to`, entry by entry, so that both together take no more than one. [control]
    template <class To>
    void drain(To&& to) {
        for (auto& shard : shards_) {
            while (const Held entry = shard->drain()) to(*entry.get());
        }
    }

    Figures figures() const;
    size_t shards() const { return shards_.size(); }

private:
    Shard& shardOf(uint64_t hash) { return *shards_[(hash >> 56) % shards_.size()]; }

    std::vector<std::unique_ptr<Shard>> shards_;
    std::atomic<size_t> max_entry_bytes_;
};

}  // namespace cache_memory
