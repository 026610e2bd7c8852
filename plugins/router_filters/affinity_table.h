// Which deployment served what, for a while: a table of fixed size, so that it needs no cleaning and no bound
// of its own.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace router_filters {

/// A deployment by its number, and by the hash of its id, should the numbers be others one day.
struct Served {
    uint32_t deployment = 0;
    uint64_t id_hash = 0;
    friend bool operator==(const Served& a, const Served& b) {
        return a.deployment == b.deployment && a.id_hash == b.id_hash;
    }
};

/// [any thread] Keys are hashes. Two that are alike cost a request the warmer deployment and nothing else.
class AffinityTable {
public:
    AffinityTable() : sets_(kSets) {}
    AffinityTable(const AffinityTable&) = delete;
    AffinityTable& operator=(const AffinityTable&) = delete;

    std::optional<Served> find(uint64_t key, int64_t now_ms) const;
    /// In a full set it takes the place of the entry that would end first.
    void put(uint64_t key, const Served& served, int64_t end_ms);
    /// If it is still that deployment.
    void forget(uint64_t key, const Served& served);

    static constexpr size_t kSets = 8'192, kWays = 8;  // 65,536 entries of 32 bytes

private:
    struct Entry {
        uint64_t key = 0;
        Served served;
        int64_t end_ms = 0;  // 0: free
    };
    using Set = std::array<Entry, kWays>;
    static constexpr size_t kLocks = 64;

    // The low bits of a hash are as good as its others only after mixing.
    static size_t setOf(uint64_t key) { return (key * 0x9e3779b97f4a7c15) >> 51; }
    static_assert(kSets == size_t{1} << (64 - 51));
    std::mutex& lockOf(size_t set) const { return locks_[set % kLocks]; }

    mutable std::array<std::mutex, kLocks> locks_;
    std::vector<Set> sets_;
};

}  // namespace router_filters
