// The thread that changes what is on the disk, in the order in which it was asked to. [any]
//
// Entries wait in a queue with a bound. Several are one transaction, as many as there are, within what the
// log may take.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "entries.h"
#include "place.h"

namespace cache_disk {

class Writer {
public:
    Writer(Place& place, const Options& options, Used& used);
    /// Writes what is queued, for up to kDrainMs.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// False: too much is queued.
    bool put(std::string_view key, std::string_view value, int64_t expires_ms);
    /// Forgets one that is damaged. Does not wait.
    void forget(std::string_view key);
    // What was queued before is done before. False: it could not be done. Waits. [offload]
    bool remove(const std::vector<std::string>& keys, uint64_t& removed);
    bool flush(std::string_view prefix);

    struct Figures {
        uint64_t puts = 0, dropped = 0, evictions = 0, expired = 0, queued_bytes = 0;
    };
    Figures figures() const;

private:
    struct Answer;
    struct Command {
        enum class Kind { Put, Remove, Flush } kind = Kind::Put;
        std::string key, value;  // Flush: key is the prefix
        int64_t expires_ms = 0;
        std::shared_ptr<Answer> answer;
        size_t bytes() const;
    };

    bool push(std::vector<Command> commands, bool bounded);
    static bool wait(Answer& answer);
    void run();
    std::vector<Command> take();
    void write(const std::vector<Command>& batch);
    void apply(const std::vector<Command>& batch);
    void lose(const std::vector<Command>& batch);
    void flushNow(const Command& command);

    Place& place_;
    const Options options_;
    Used& used_;
    // The thread's own.
    std::optional<Entries> entries_;
    uint64_t epoch_ = 0;
    std::string path_;

    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Command> queue_;  // guarded by mutex_
    size_t queued_bytes_ = 0;    // guarded by mutex_
    bool ending_ = false;        // guarded by mutex_
    int64_t end_by_ms_ = 0;      // guarded by mutex_
    std::atomic<uint64_t> puts_{0}, dropped_{0}, evictions_{0}, expired_{0};
    std::thread thread_;  // the last: it uses the rest
};

}  // namespace cache_disk
