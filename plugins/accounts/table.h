// Objects by their id, read on every request by every loop and changed now and then by the store's thread.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace accounts {

/// What was found stays as it is for as long as somebody holds it. [any]
template <class Id, class T, class Hash>
class Table {
public:
    using Found = std::shared_ptr<const T>;

    template <class Wanted>
    Found find(const Wanted& id) const {
        const Id key(id);
        const Shard& shard = shardOf(key);
        const std::shared_lock lock(shard.mutex);
        const auto found = shard.all.find(key);
        return found == shard.all.end() ? nullptr : found->second;
    }
    void put(const Id& id, T value) {
        auto fresh = std::make_shared<const T>(std::move(value));
        Shard& shard = const_cast<Shard&>(shardOf(id));
        const std::unique_lock lock(shard.mutex);
        shard.all[id].swap(fresh);
    }
    void remove(const Id& id) {
        Shard& shard = const_cast<Shard&>(shardOf(id));
        const std::unique_lock lock(shard.mutex);
        shard.all.erase(id);
    }
    size_t size() const {
        size_t sum = 0;
        for (const auto& shard : shards_) {
            const std::shared_lock lock(shard.mutex);
            sum += shard.all.size();
        }
        return sum;
    }

private:
    struct Shard {
        mutable std::shared_mutex mutex;
        std::unordered_map<Id, Found, Hash> all;  // guarded by mutex
    };
    const Shard& shardOf(const Id& id) const { return shards_[(Hash()(id) >> 7) % shards_.size()]; }

    std::array<Shard, 32> shards_;
};

}  // namespace accounts
