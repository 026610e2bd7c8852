// cache_disk without the plugin around it, and files to break.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cache_disk/place.h"
#include "cache_disk/readers.h"
#include "cache_disk/used.h"
#include "cache_disk/writer.h"

namespace cache_tests {

/// A directory that goes with the object.
class Directory {
public:
    Directory();
    ~Directory();
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    const std::string& path() const { return path_; }
    /// Of all files in it.
    int64_t bytes() const;
    /// The newest database.
    std::string database() const;

private:
    std::string path_;
};

class Disk {
public:
    explicit Disk(const cache_disk::Options& options);

    /// Done when it returns.
    void put(const std::string& key, const std::string& value, int64_t ttl_ms = 3'600'000);
    bool putLater(const std::string& key, const std::string& value, int64_t ttl_ms = 3'600'000);
    std::optional<std::string> get(const std::string& key);
    /// Waits until all that was put is on the disk; false if the disk is away.
    bool settle();
    std::string log();

    cache_disk::Options options;
    std::mutex mutex;
    std::string logged;  // guarded by mutex
    cache_disk::Used used;
    cache_disk::Place place;
    cache_disk::Writer writer;
    cache_disk::Readers readers;
};

cache_disk::Options optionsIn(const Directory& directory, int64_t max_bytes = int64_t{64} << 20);

/// Puts entries and tells standard output how many there have been, in lines. Never returns by itself.
int writeUntilKilled(const char* directory);

}  // namespace cache_tests
