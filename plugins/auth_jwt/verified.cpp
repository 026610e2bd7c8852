#include "verified.h"

#include <mutex>

namespace auth_jwt {

VerifiedTokens::Found VerifiedTokens::find(const accounts::Digest& token) const {
    const Shard& shard = shards_[shardOf(token)];
    const std::shared_lock lock(shard.mutex);
    const auto found = shard.all.find(token);
    return found == shard.all.end() ? nullptr : found->second;
}

void VerifiedTokens::put(const accounts::Digest& token, Found verified) {
    Shard& shard = shards_[shardOf(token)];
    const std::unique_lock lock(shard.mutex);
    const auto [at, fresh] = shard.all.insert_or_assign(token, std::move(verified));
    (void)at;
    if (!fresh) return;
    shard.order.push_back(token);
    while (shard.order.size() > shard_max_) {
        shard.all.erase(shard.order.front());
        shard.order.pop_front();
    }
}

size_t VerifiedTokens::size() const {
    size_t sum = 0;
    for (const Shard& shard : shards_) {
        const std::shared_lock lock(shard.mutex);
        sum += shard.all.size();
    }
    return sum;
}

}  // namespace auth_jwt
