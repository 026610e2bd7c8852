// What the parts of sluice_cache_bench share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cache_bench {

struct Random {
    uint64_t state;
    uint64_t next() {
        state += 0x9E3779B97F4A7C15;
        uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
};

/// "HEX64" of a number, as `cache` makes its keys.
std::string keyOf(uint64_t number);

/// Hit ratios of S3-FIFO (the store of cache_memory) and of LRU, as a table on standard output.
void ratios();
/// What a get and a put take, and what an entry takes of the memory.
void costs(size_t entries);

/// Does the memory stay what the store says, if values of all sizes come and go?
void churn();
/// The same of cache_disk, in a directory for temporary files.
void disk(size_t entries);

}  // namespace cache_bench
