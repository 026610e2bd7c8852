// What is configured of the cache, and the bounds of what is not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace cache_disk {

struct Options {
    std::string path = "sluice.cache";            // a directory; kTemporary: one that goes with the instance
    int64_t max_bytes = int64_t{1} << 30;         // of the files in it
    int64_t max_entry_bytes = 1 << 20;            // of one value
    int64_t max_queue_bytes = int64_t{32} << 20;  // of entries that are not on the disk yet
    int64_t readers = 2;                          // threads that look things up

    /// Of the log in front of the database, and so of the most that one transaction may write.
    int64_t logBytes() const {
        return std::max(std::clamp<int64_t>(max_bytes / 8, 1 << 20, 16 << 20), 4 * max_entry_bytes);
    }
    int64_t databaseBytes() const { return max_bytes - logBytes(); }
};

inline constexpr const char* kTemporary = ":temporary:";
inline constexpr int64_t kLeastBytes = int64_t{16} << 20;
inline constexpr int64_t kPageBytes = 8192;
inline constexpr int64_t kBusyMs = 5'000;     // how long the other generation of this gateway may write
inline constexpr int64_t kRestMs = 1'000;     // after the disk has failed, and between tries for the lock
inline constexpr int64_t kDrainMs = 1'000;    // for what is still queued when an instance ends
inline constexpr size_t kLookupsMax = 4'096;  // that wait; more find nothing

enum class Level { Info, Warn, Error };
using Log = std::function<void(Level, const std::string&)>;

/// Milliseconds since the Unix epoch: entries outlive the process.
int64_t wallMs();
/// For waiting.
int64_t steadyMs();

}  // namespace cache_disk
