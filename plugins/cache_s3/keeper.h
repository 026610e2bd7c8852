// A cache in a bucket: an object an entry, with the moment at which it is forgotten and the SHA-256 of its
// bytes in fields of its own (x-amz-meta-sluice-expires, milliseconds since 1970, and
// x-amz-meta-sluice-sha256).
//
// Nothing is written by who puts: entries wait in a bounded queue for threads of the keeper. Several keys are
// read by these threads, too; one key can be read by the caller with getCall() and read(). A store that does
// not answer is left alone for a while, up to 30 seconds, and lookups fail at once meanwhile.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sluice/sluice.h>

#include "shared_aws/settings.h"
#include "waiting.h"

namespace cache_s3 {

struct Options {
    uint32_t timeout_ms = 5'000;               // of a request of the keeper's own
    size_t threads = 8;                        // half of them, at most, write
    size_t queue_entries = 1'000;              // that wait to be written; more are dropped
    size_t queue_bytes = size_t{64} << 20;     // and bytes of them
    size_t entry_bytes_max = size_t{4} << 20;  // of one
};

/// What the keeper needs from outside. [any]
struct Outside {
    s3::Send send;  // [offload]
    std::function<int64_t()> wall_ms;
    std::function<int64_t()> monotonic_ms;
    std::function<void(const std::string& text)> warn;
};

struct Entry {
    std::string value;
    int64_t ttl_left_ms = 0;
};

/// A lookup of several keys; shared with the threads, which may be behind when nobody waits any more.
struct Fetch {
    std::mutex mutex;
    std::vector<std::string> keys;
    std::vector<std::optional<Entry>> found;  // guarded by mutex, as all that follows
    size_t open = 0;                          // keys without an answer
    size_t faults = 0;
    std::function<void()> wake;  // called by the thread that brings the last answer
};

class Keeper {
public:
    Keeper(const Options& options, s3::Store store, Outside outside);
    ~Keeper() { close(); }
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    void start();  // [control]
    /// Waits for the requests under way. What waits to be written is forgotten. [control]
    void close();

    /// It is known that the store does not answer. [any]
    bool away() const;
    /// Throws s3::Unsigned; a token is asked for then. Nothing: the key is none. [any]
    std::optional<s3::Call> getCall(std::string_view key);
    /// What a GET has brought. `fault`: nothing of use. [any]
    std::optional<Entry> read(s3::Answer answer, bool& fault);
    /// Nobody answered in time. [any]
    void late();
    /// By the threads. [any]
    void fetch(const std::shared_ptr<Fetch>& what);

    sluice_status put(std::string_view key, std::string_view value, int64_t ttl_ms);  // [any]
    // These block. [offload]
    sluice_status remove(const std::vector<std::string_view>& keys, uint64_t* removed);
    sluice_status flush(std::string_view prefix);
    std::string status();

private:
    void run();
    void fetchOne(const std::shared_ptr<Fetch>& what, size_t which);
    void write(const Put& put);
    s3::Answer ask(const std::function<s3::Call()>& call);
    bool removeObjects(const std::vector<std::string>& names);
    size_t settle(const std::function<bool(std::string_view)>& match);
    int64_t seconds() const { return outside_.wall_ms() / 1000; }
    void works();
    void fails(const std::string& what, const std::string& why, bool counts);

    struct Figures {
        std::atomic<uint64_t> hits{0}, misses{0}, writes{0}, dropped{0}, errors{0};
    };

    const Options options_;
    const s3::Store store_;
    const Outside outside_;
    Figures figures_;
    std::atomic<uint32_t> failures_{0};  // in a row
    std::atomic<int64_t> away_until_ms_{0};
    std::atomic<int64_t> told_at_ms_{INT64_MIN / 2};

    std::mutex mutex_;
    std::condition_variable changed_;  // for threads and for who waits for a key: always all of them
    Waiting waiting_;                  // guarded by mutex_, as all that follows
    std::deque<std::function<void()>> tasks_;
    size_t writing_ = 0;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace cache_s3
