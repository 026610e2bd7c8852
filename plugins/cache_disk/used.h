// Which entries have been found since the evictions came by: a bit for each id, counted round. Two entries
// may share a bit; then one of them stays longer than it should. Not on the disk. [any]
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace cache_disk {

class Used {
public:
    /// `bytes`: of the entries together.
    explicit Used(int64_t bytes) {
        size_t words = 1024;
        while (words < (size_t{1} << 20) && static_cast<int64_t>(words) * 64 * 512 < bytes) words *= 2;
        bits_ = std::vector<std::atomic<uint64_t>>(words);
    }
    void mark(int64_t id) {
        // Most have been marked before: the line of the CPU's cache is not written to again.
        if ((word(id).load(std::memory_order_relaxed) & bit(id)) == 0)
            word(id).fetch_or(bit(id), std::memory_order_relaxed);
    }
    /// Was it marked? It is not any more.
    bool take(int64_t id) { return (word(id).fetch_and(~bit(id), std::memory_order_relaxed) & bit(id)) != 0; }

private:
    std::atomic<uint64_t>& word(int64_t id) {
        return bits_[(static_cast<uint64_t>(id) / 64) & (bits_.size() - 1)];
    }
    static uint64_t bit(int64_t id) { return uint64_t{1} << (static_cast<uint64_t>(id) % 64); }

    std::vector<std::atomic<uint64_t>> bits_;
};

}  // namespace cache_disk
