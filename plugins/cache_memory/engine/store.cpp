#include "engine/store.h"

#include <algorithm>

#include "engine/hash.h"

namespace cache_memory {
namespace {

// A shard has its own bound: it should hold some of the largest.
size_t shardsFor(const Options& options) {
    const size_t fit = options.max_bytes / (4 * std::max<size_t>(options.max_entry_bytes, 1));
    return std::clamp<size_t>(options.shards, 1, std::clamp<size_t>(fit, 1, 256));
}

}  // namespace

Store::Store(const Options& options) : max_entry_bytes_(options.max_entry_bytes) {
    const size_t count = shardsFor(options);
    for (size_t i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(options.max_bytes / count));
}

Held Store::find(std::string_view key, int64_t now_ms) {
    const uint64_t hash = hashOf(key);
    return shardOf(hash).find(hash, key, now_ms);
}

bool Store::put(std::string_view key, std::string_view value, int64_t expires_ms, int64_t now_ms,
                bool in_main) {
    if (value.size() > max_entry_bytes_.load(std::memory_order_relaxed)) return false;
    const uint64_t hash = hashOf(key);
    return shardOf(hash).put(Held(Entry::make(key, value, hash, expires_ms)), now_ms, in_main);
}

bool Store::remove(std::string_view key, int64_t now_ms) {
    const uint64_t hash = hashOf(key);
    return shardOf(hash).remove(hash, key, now_ms);
}

void Store::flush(std::string_view prefix) {
    for (auto& shard : shards_) shard->flush(prefix);
}

bool Store::resize(const Options& options, int64_t now_ms) {
    if (shardsFor(options) != shards_.size()) return false;
    max_entry_bytes_ = options.max_entry_bytes;
    for (auto& shard : shards_) shard->resize(options.max_bytes / shards_.size(), now_ms);
    return true;
}

Figures Store::figures() const {
    Figures sum;
    for (const auto& shard : shards_) sum += shard->figures();
    return sum;
}

}  // namespace cache_memory
