// Runs batches: one thread that sends their lines to the gateway's own front door. It belongs to a directory,
// not to an instance: over a reload it goes on with the batches that it has, under the new options. It ends
// with the last instance; what runs then is finished as interrupted.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <sluice/host.hpp>

#include "front_door.h"
#include "run.h"
#include "transfers.h"

namespace batches {

/// What an instance lends to the engine while it lives.
struct Voice {
    explicit Voice(const sluice::Host& its_host);
    const sluice::Host host;
    const sluice::Metric lines, running;
};

class Engine {
public:
    explicit Engine(const Options& options);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// An instance begins, and its options count from now on. [control]
    void attach(const Voice& voice, const Options& options);
    /// It ends. The last one waits until what runs has been written down. [offload]
    void detach(const Voice& voice);
    bool stopped() const { return stopping_; }

    /// Opened with the first call. Throws Refused: 503 while somebody else has the directory. [offload]
    Store& store();
    /// [any]
    void submit(const Batch& batch, Index index, Credentials credentials);
    void cancel(const std::string& id);
    FrontDoor& door() { return door_; }

private:
    using Runs = std::map<uint32_t, std::unique_ptr<Run>>;
    enum class Level { Info, Warn, Error };

    void run();
    void adopt();
    void tend(int64_t now);
    void tendDoor(int64_t now);
    void launch(int64_t now);
    bool launchOne(uint32_t number, Run& run, int64_t now);
    void settle(uint64_t key, const Answer& answer);
    void begin(const Batch& batch, Index index, Credentials credentials);
    void end(uint32_t number, End how);
    void endDue(int64_t now);
    void note(const Run& run);
    int patience(int64_t now) const;
    void stop();
    Options options() const;
    void say(Level level, const std::string& text) const;
    void count(const char* outcome) const;
    void tellInFlight();
    static int64_t nowMs();

    mutable std::mutex mutex_;
    Options options_;                             // guarded by mutex_, as is what follows
    std::vector<const Voice*> voices_;            // the last one speaks
    std::deque<std::function<void()>> commands_;  // for the thread
    mutable std::mutex store_mutex_;
    bool told_away_ = false;        // guarded by store_mutex_
    std::unique_ptr<Store> store_;  // made under store_mutex_, and never unmade before the thread has ended
    std::atomic<Store*> opened_{nullptr};
    FrontDoor door_;
    Transfers transfers_;
    std::atomic<bool> stopping_{false};

    // The thread's.
    Options now_;
    Runs runs_;
    std::map<uint32_t, std::pair<End, int64_t>> ending_;  // not before that time
    uint32_t numbers_ = 0;
    uint32_t turn_ = 0;
    int64_t door_due_ms_ = 0, sweep_due_ms_ = 0;
    uint32_t door_failures_ = 0;
    size_t told_in_flight_ = 0;
    bool door_asked_ = false;
    std::thread thread_;
};

}  // namespace batches
