// Entries that wait to be written: bounded, the newest of a key only, and one of a key under way at a time.
// No lock of its own.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cache_s3 {

struct Put {
    std::string key;
    std::string value;
    int64_t ends_ms = 0;  // since 1970
};

class Waiting {
public:
    Waiting(size_t entries_max, size_t bytes_max) : entries_max_(entries_max), bytes_max_(bytes_max) {}

    /// In the place of what waits under that key. False: there is no room.
    bool add(Put put);
    /// The oldest whose key is not under way; it is now.
    std::optional<Put> take();
    void done(const std::string& key) { under_way_.erase(key); }
    /// Forgets what waits under keys for which `match` holds; how many.
    size_t drop(const std::function<bool(std::string_view key)>& match);
    /// Is one of these being written?
    bool underWay(const std::function<bool(std::string_view key)>& match) const;

    size_t entries() const { return puts_.size(); }
    size_t bytes() const { return bytes_; }

private:
    const size_t entries_max_, bytes_max_;
    std::map<std::string, Put> puts_;
    std::deque<std::string> order_;  // keys; those that wait no more are skipped
    std::set<std::string> under_way_;
    size_t bytes_ = 0;
};

}  // namespace cache_s3
