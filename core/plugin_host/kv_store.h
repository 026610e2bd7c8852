// What the requests of one instance share: keys and values in memory, with an end and a bound.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sluice::host {

class KvStore {
public:
    static constexpr size_t kKeyMax = 1024;
    static constexpr size_t kValueMax = 1024 * 1024;
    static constexpr size_t kBytesMax = 16 * 1024 * 1024;
    static constexpr size_t kEntriesMax = 100'000;

    enum class Put { Done, NoRoom, NoNumber };

    /// The one of the instances of that id, old and new. Lives as long as the process. [any thread]
    static KvStore& of(const std::string& instance);

    std::optional<std::string> get(std::string_view key, base::TimePoint now);
    /// ttl 0: no end.
    Put put(std::string_view key, std::string_view value, base::milliseconds ttl, base::TimePoint now);
    bool remove(std::string_view key);
    /// `ttl` counts from the first addition.
    Put add(std::string_view key, int64_t delta, base::milliseconds ttl, base::TimePoint now, int64_t& sum);

private:
    struct Entry {
        std::string value;
        base::TimePoint end;
    };
    using Entries = std::map<std::string, Entry, std::less<>>;

    Entries::iterator findLiving(std::string_view key, base::TimePoint now);
    bool makeRoom(size_t bytes, size_t entries, base::TimePoint now);
    void erase(Entries::iterator entry);
    Put insert(std::string_view key, std::string_view value, base::milliseconds ttl, base::TimePoint now);

    std::mutex mutex_;
    Entries entries_;   // guarded by mutex_
    size_t bytes_ = 0;  // guarded by mutex_
};

}  // namespace sluice::host
