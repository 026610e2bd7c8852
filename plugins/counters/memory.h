// Counters of this process: plugin_api/sluice/counters.h says what they do. A step locks the shards of all
// its counters, in one order for everybody, so that it is one step.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sluice/counters.h>

#include "counters/window.h"

namespace counters {

class Memory {
public:
    /// Where a counter was found last, which saves the next search. One belongs to one name in one Memory,
    /// and is looked at by nobody else; who has none gives no list of them.
    class Hint;
    /// Counters of one step.
    static constexpr size_t kAtOnce = 64;

    /// `now_ms`: since the Unix epoch. `hints`: null, or one for each counter. [any]
    sluice_status take(sluice_counter* counters, size_t count, size_t* which, int64_t now_ms,
                       Hint* const* hints = nullptr);
    void settle(const sluice_counter* counters, size_t count, int64_t now_ms, Hint* const* hints = nullptr);
    void seed(const sluice_counter* counters, size_t count, int64_t now_ms);
    void read(sluice_counter* counters, size_t count, int64_t now_ms);
    /// Forgets what has ended; now and then. [any]
    void sweep(int64_t now_ms);
    size_t size() const;

private:
    struct Entry {
        uint32_t kind = 0;
        bool seeded = false;
        int64_t value = 0;     // LEVEL: places taken; SUM: settled
        int64_t reserved = 0;  // SUM: taken and not settled
        int64_t ends_ms = 0;   // SUM
        int64_t span_ms = 0, touched_ms = 0;
        std::unique_ptr<Window> window;  // WINDOW

        int64_t used(int64_t now_ms) {
            return kind == SLUICE_COUNTER_WINDOW ? window->used(now_ms, span_ms) : value + reserved;
        }
        bool over(int64_t now_ms) const;
    };
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const;
    };
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<std::string, Entry, Hash, std::equal_to<>> all;  // guarded by mutex
        uint64_t erased = 0;  // how often: older hints lead nowhere; likewise guarded
    };
    static constexpr size_t kShards = 64;  // six bits of a hash
    class Locked;

    static size_t shardOf(sluice_str name);
    Entry& entry(const sluice_counter& counter, int64_t now_ms, Hint* hint = nullptr);
    Entry* find(const sluice_counter& counter, int64_t now_ms, Hint* hint = nullptr);

    std::array<Shard, kShards> shards_;
};

class Memory::Hint {
    friend class Memory;
    Entry* entry = nullptr;  // guarded by the mutex of its shard, as is the rest
    uint64_t erased = 0;
};

}  // namespace counters
