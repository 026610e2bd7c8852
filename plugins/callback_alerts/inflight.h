// Requests that are under way, for those that never end.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "alert.h"

namespace alerts {

class Inflight {
public:
    Inflight() = default;
    Inflight(const Inflight&) = delete;
    Inflight& operator=(const Inflight&) = delete;

    /// One request's place in the list; it leaves with the object.
    class Entry {
    public:
        Entry() = default;
        ~Entry() { leave(); }
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        void leave();

    private:
        friend class Inflight;
        Inflight* list_ = nullptr;
        Entry *before_ = nullptr, *after_ = nullptr;  // guarded by the shard's mutex
        size_t shard_ = 0;
        int64_t since_ms_ = 0;
        bool told_ = false;
        std::string model_, call_id_, who_;
    };

    /// Twice is once. [any]
    void enter(Entry& entry, int64_t now_ms, std::string_view model, std::string_view call_id,
               std::string_view who);
    /// Those that are older than `threshold_ms` and were not told of, an alert for each model. [offload]
    void check(int64_t now_ms, int64_t threshold_ms, int64_t repeat_ms, const Raise& raise);

private:
    static constexpr size_t kShards = 16;
    struct Shard {
        std::mutex mutex;
        Entry* first = nullptr;
    };
    std::array<Shard, kShards> shards_;
};

}  // namespace alerts
