// A part of the cache, with a lock of its own: table, queues, figures. [any]
//
// Nothing is allocated or freed under the lock but tables that grow, nothing is copied, and nobody is called.
// What takes long goes in steps.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "engine/entry.h"
#include "engine/queues.h"
#include "engine/table.h"

namespace cache_memory {

struct Figures {
    uint64_t entries = 0, bytes = 0, hits = 0, misses = 0, evictions = 0, expired = 0;
    Figures& operator+=(const Figures& other);
};

class Shard {
public:
    explicit Shard(size_t bytes_max) : queues_(bytes_max) {}
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    Held find(uint64_t hash, std::string_view key, int64_t now_ms);
    /// Makes room first, so that the bound holds at every moment. False: it is larger than all there is.
    /// Throws std::bad_alloc. `in_main`: it has proved itself elsewhere.
    bool put(Held entry, int64_t now_ms, bool in_main);
    bool remove(uint64_t hash, std::string_view key, int64_t now_ms);
    void flush(std::string_view prefix);
    /// The one that has been there longest, which is not there any more; with `in_main` of it.
    Held drain();
    void resize(size_t bytes_max, int64_t now_ms);
    Figures figures() const;

private:
    void drop(Entry& entry, Gone& gone);
    void makeRoom(size_t bytes, int64_t now_ms, Gone& gone);

    mutable std::mutex mutex_;
    Table table_;     // guarded by mutex_
    Queues queues_;   // guarded by mutex_
    Figures counts_;  // guarded by mutex_
};

}  // namespace cache_memory
