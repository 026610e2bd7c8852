// The keys that the small queue has thrown out lately, as 32 bits of their hashes: the ghost queue of
// S3-FIFO.
//
// As the paper proposes (section 4.2), no queue but a table: each fingerprint has the number of its arrival,
// and one that is older than the last `limit` arrivals counts as gone. A fingerprint that is taken for
// another, once in 4e9 / limit look-ups, lets an entry into the main queue too early, and nothing worse. Not
// for two threads at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cache_memory {

class Ghosts {
public:
    Ghosts();

    /// `limit`: how many are remembered from now on. Throws std::bad_alloc and has done nothing then.
    void add(uint64_t hash, size_t limit);
    /// Was it there? It is not any more.
    bool take(uint64_t hash);

private:
    struct Ghost {
        uint32_t print = 0;
        uint32_t number = 0;  // 0: none
    };
    using Bucket = std::array<Ghost, 8>;  // a line of the CPU's cache

    Bucket& bucketOf(uint32_t print) { return buckets_[print & (buckets_.size() - 1)]; }
    bool remembered(const Ghost& ghost) const { return ghost.number != 0 && last_ - ghost.number < limit_; }
    void put(Ghost ghost);
    void grow(size_t limit);

    std::vector<Bucket> buckets_;
    uint32_t last_ = 0;
    uint32_t limit_ = 0;
};

}  // namespace cache_memory
