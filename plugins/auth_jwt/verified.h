// Tokens that have been found good, by their SHA-256, so that the next request with one costs a hash and a
// look into a table. The token itself is not kept.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

#include "accounts/directory.h"
#include "identity.h"
#include "mappings.h"

namespace auth_jwt {

struct Verified {
    Principal principal;
    std::optional<accounts::Denied> denied;  // why the principal may not come in; a virtual key still may
    MappingIds mapping;
    int64_t until_ms = 0;     // since the Unix epoch, leeway included
    uint64_t generation = 0;  // of the keys that it was checked with
};

/// At most `max` of them; the oldest go first. [any]
class VerifiedTokens {
public:
    using Found = std::shared_ptr<const Verified>;

    explicit VerifiedTokens(size_t max) : shard_max_(max / kShards) {}

    Found find(const accounts::Digest& token) const;
    void put(const accounts::Digest& token, Found verified);
    size_t size() const;

private:
    static constexpr size_t kShards = 16;
    struct Shard {
        mutable std::shared_mutex mutex;
        // Guarded by mutex.
        std::unordered_map<accounts::Digest, Found, accounts::DigestHash> all;
        std::deque<accounts::Digest> order;  // each that is in `all`, once, the oldest first
    };
    size_t shardOf(const accounts::Digest& token) const { return (token.head() >> 11) % kShards; }

    const size_t shard_max_;
    std::array<Shard, kShards> shards_;
};

}  // namespace auth_jwt
