// Entries by key: open addressing with linear probing, slots of 16 bytes, four to a line of the CPU's cache.
//
// A slot has half of the hash and a rounded time of expiry beside the pointer, so that probing, growing and
// looking for what has expired touch no entry that they do not want. Removing shifts back what follows; there
// are no tombstones. Not for two threads at once.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/entry.h"

namespace cache_memory {

class Table {
public:
    Table();

    /// Null if it is not there.
    Entry* find(uint64_t hash, std::string_view key) const;
    /// The key is not there. Throws std::bad_alloc and has done nothing then.
    void insert(Entry& entry);
    void erase(const Entry& entry);
    size_t size() const { return size_; }

    /// Up to `most` entries among the next `slots` slots that have expired, round and round. None may be
    /// missed for ever, some may be missed this time.
    template <class Visit>
    void expired(size_t slots, int64_t now_ms, Visit&& visit) {
        const uint32_t now_s = secondsDown(now_ms);
        for (size_t i = 0; i < slots; ++i) {
            const Slot& slot = slots_[hand_ = (hand_ + 1) & mask_];
            if (slot.entry && slot.expires_s <= now_s && visit(*slot.entry)) return;
        }
    }

    /// A walk past everything that is there at its beginning, in steps between which the table may change;
    /// see flush() of the shard.
    struct Walk {
        size_t at = 0, left = 0, slots = 0;  // slots == 0: it has not begun
    };
    /// Visits about `least` slots. False when nothing is left. The table must not change meanwhile.
    template <class Visit>
    bool walk(Walk& walk, size_t least, Visit&& visit) const {
        // In a table that has grown, everything is somewhere else.
        if (walk.slots != slots_.size()) walk = begun();
        // What lies behind an empty slot is never shifted before it, so steps end there: nothing that was
        // there when the walk began gets past it.
        for (size_t steps = 0; walk.left > 0; ++steps) {
            const Slot& slot = slots_[walk.at];
            if (!slot.entry && steps >= least) return true;
            if (slot.entry) visit(*slot.entry);
            walk.at = (walk.at + 1) & mask_;
            --walk.left;
        }
        return false;
    }

private:
    struct Slot {
        uint32_t hash;
        uint32_t expires_s;
        Entry* entry;
    };

    static uint32_t secondsDown(int64_t ms);
    static uint32_t secondsUp(int64_t ms);
    Walk begun() const;
    void grow();
    void place(Slot slot);

    std::vector<Slot> slots_;
    size_t mask_ = 0, size_ = 0, hand_ = 0;
};

}  // namespace cache_memory
