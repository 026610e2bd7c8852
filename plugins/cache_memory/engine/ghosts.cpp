#include "engine/ghosts.h"

#include <algorithm>

namespace cache_memory {
namespace {

constexpr size_t kBucketsFirst = 4;
constexpr size_t kLimitMax = size_t{1} << 30;

// Bits that neither the choice of the shard nor the slots of the table are made of.
uint32_t printOf(uint64_t hash) { return static_cast<uint32_t>(hash >> 24); }

}  // namespace

Ghosts::Ghosts() : buckets_(kBucketsFirst) {}

void Ghosts::add(uint64_t hash, size_t limit) {
    limit = std::min(limit, kLimitMax);
    if (limit > buckets_.size() * Bucket{}.size() * 7 / 8) grow(limit);
    limit_ = static_cast<uint32_t>(limit);
    if (++last_ == 0) ++last_;
    put({printOf(hash), last_});
}

bool Ghosts::take(uint64_t hash) {
    const uint32_t print = printOf(hash);
    for (Ghost& ghost : bucketOf(print)) {
        if (ghost.print != print || !remembered(ghost)) continue;
        ghost = {};
        return true;
    }
    return false;
}

void Ghosts::put(Ghost ghost) {
    Bucket& bucket = bucketOf(ghost.print);
    const auto age = [this](const Ghost& g) { return g.number == 0 ? UINT32_MAX : last_ - g.number; };
    *std::max_element(bucket.begin(), bucket.end(),
                      [&](const Ghost& a, const Ghost& b) { return age(a) < age(b); }) = ghost;
}

void Ghosts::grow(size_t limit) {
    size_t count = buckets_.size();
    while (limit > count * Bucket{}.size() * 7 / 8) count *= 2;
    std::vector<Bucket> old(count);
    old.swap(buckets_);
    for (const Bucket& bucket : old) {
        for (const Ghost& ghost : bucket) {
            if (remembered(ghost)) put(ghost);
        }
    }
}

}  // namespace cache_memory
