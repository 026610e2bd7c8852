// Objects by their id, read on every request by every loop and changed now and then by the store's thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts/early.h"

namespace accounts {

/// Of ids that are texts: takes views of them.
struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// What was found stays as it is for as long as somebody holds it. [any]
///
/// With a hundred thousand keys a look-up is a matter of cache misses, so there are two: the slot, and the
/// object, which begins with its id. (A std::unordered_map has four.)
template <class Id, class T, class Hash>
class Table {
public:
    using Found = std::shared_ptr<const T>;

    /// `Like`: whatever the hash takes and an id can be compared with.
    template <class Like>
    Found find(const Like& id) const {
        const uint64_t hash = hashOf(id);
        const Shard& shard = shards_[hash % kShards];
        const std::shared_lock lock(shard.mutex);
        const size_t at = shard.slotOf(hash, id);
        if (at == shard.slots.size()) return nullptr;
        const auto& node = shard.slots[at].node;
        return Found(node, &node->value);
    }
    void put(const Id& id, T value) {
        auto node = std::make_shared<const Node>(Node{id, std::move(value)});
        const uint64_t hash = hashOf(id);
        Shard& shard = shards_[hash % kShards];
        const std::unique_lock lock(shard.mutex);
        const size_t at = shard.slotOf(hash, id);
        at == shard.slots.size() ? shard.add({hash, std::move(node)}) : shard.slots[at].node.swap(node);
    }
    void remove(const Id& id) {
        const uint64_t hash = hashOf(id);
        Shard& shard = shards_[hash % kShards];
        const std::unique_lock lock(shard.mutex);
        const size_t at = shard.slotOf(hash, id);
        if (at < shard.slots.size()) shard.take(at);
    }
    size_t size() const {
        size_t sum = 0;
        for (const auto& shard : shards_) {
            const std::shared_lock lock(shard.mutex);
            sum += shard.used;
        }
        return sum;
    }

private:
    static constexpr size_t kShards = 32, kFirstSlots = 16;
    struct Node {
        Id id;
        T value;
    };
    struct Slot {
        uint64_t hash = 0;
        std::shared_ptr<const Node> node;  // null: nobody
    };
    // Linear probing; a power of two of slots, at most three quarters of them used.
    struct Shard {
        mutable std::shared_mutex mutex;
        std::vector<Slot> slots;  // guarded by mutex, as is the rest
        size_t used = 0;

        size_t home(uint64_t hash) const { return (hash >> 5) & (slots.size() - 1); }
        size_t next(size_t at) const { return (at + 1) & (slots.size() - 1); }
        // slots.size() if it is not there.
        template <class Like>
        size_t slotOf(uint64_t hash, const Like& id) const {
            if (slots.empty()) return 0;
            for (size_t at = home(hash); slots[at].node; at = next(at)) {
                if (slots[at].hash != hash) continue;
                fetchEarly(slots[at].node.get(), sizeof(Node));  // whoever looks for it reads it
                if (slots[at].node->id == id) return at;
            }
            return slots.size();
        }
        void add(Slot slot) {
            if (4 * (used + 1) > 3 * slots.size()) grow();
            size_t at = home(slot.hash);
            while (slots[at].node) at = next(at);
            slots[at] = std::move(slot);
            ++used;
        }
        void grow() {
            std::vector<Slot> before(slots.empty() ? kFirstSlots : 2 * slots.size());
            before.swap(slots);
            used = 0;
            for (Slot& slot : before) {
                if (slot.node) add(std::move(slot));
            }
        }
        // Those behind move up, so that no search ends at the gap too early.
        void take(size_t gap) {
            slots[gap].node.reset();
            --used;
            for (size_t at = next(gap); slots[at].node; at = next(at)) {
                const size_t wanted = home(slots[at].hash);
                const bool reaches = gap <= at ? wanted <= gap || wanted > at : wanted <= gap && wanted > at;
                if (!reaches) continue;
                slots[gap] = std::move(slots[at]);
                slots[at].node.reset();
                gap = at;
            }
        }
    };
    // The lowest bits choose the shard, the next the slot: all of them have to be good.
    template <class Like>
    static uint64_t hashOf(const Like& id) {
        uint64_t h = static_cast<uint64_t>(Hash()(id)) * 0x9e3779b97f4a7c15;
        return h ^ (h >> 32);
    }

    std::array<Shard, kShards> shards_;
};

}  // namespace accounts
