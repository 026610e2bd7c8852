// Single flight: of identical requests that run at the same time one asks the upstream, and the others wait
// for what it brings. The leader owes them an end: an answer, or the news that there will be none. What it
// brings stays for a moment, for those who looked into the cache just before it was put there.
#pragma once

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sluice/plugin.hpp>

namespace cache {

using Bytes = std::shared_ptr<const std::string>;  // an encoded Entry

enum class Ending {
    Answer,   // it is there
    Failed,   // the leader had no luck: another one tries
    NotKept,  // there is an answer, but not for others: everybody asks for himself
};

class Flights;

class Flight {
public:
    Flight(Flights& all, std::string key) : all_(all), key_(std::move(key)) {}
    const std::string& key() const { return key_; }

private:
    friend class Flights;
    Flights& all_;
    const std::string key_;
    // Under the lock of its shard:
    bool over_ = false;
    Ending ending_ = Ending::Failed;
    Bytes answer_;
    std::vector<uint64_t> waiting_;  // tickets
    std::chrono::steady_clock::time_point ended_{};
};

class Flights {
public:
    explicit Flights(sluice::Host host);

    struct Place {
        std::shared_ptr<Flight> flight;
        bool leads = false;  // this request asks the upstream, and ends the flight
    };
    /// Into the flight of that key, or a new one. [any]
    Place join(const std::string& key);
    /// Waits until the leader has ended it; false: the request's time is over before. [loop] [may-wait]
    bool wait(sluice_ctx* ctx, Flight& flight, uint32_t ms);
    /// After wait() or for one that was over when it was joined.
    Ending outcome(Flight& flight, Bytes& answer);
    /// The leader's duty, once. [any]
    void end(const std::shared_ptr<Flight>& flight, Ending ending, Bytes answer);
    /// Answers were thrown away: those that are shown for a moment yet go, too. [any]
    void forget();

private:
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
        std::deque<std::shared_ptr<Flight>> landed;  // with an answer that is shown for a moment yet
        size_t landed_bytes = 0;
    };
    Shard& shard(const std::string& key) { return shards_[std::hash<std::string>()(key) % shards_.size()]; }
    static void sweep(Shard& shard);

    const sluice::Host host_;
    const sluice_host_wait* wait_;
    std::array<Shard, 16> shards_;
};

}  // namespace cache
