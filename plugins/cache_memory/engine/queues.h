// Which entry goes: S3-FIFO, after Yang, Zhang, Qiu, Yue and Rashmi, "FIFO queues are all you need for cache
// eviction", SOSP 2023 (doi:10.1145/3600006.3613147).
//
// What is new goes into a small queue of a tenth of the room. What has been found there more than once by the
// time that it gets to the end goes on into the main queue; the rest is thrown out, and only its fingerprint
// is remembered: if it comes again soon, it goes into the main queue at once. At the end of the main queue,
// what has been found since goes back to the beginning. So what is asked for once passes through a tenth of
// the cache, and a hit moves nothing: it counts to three.
//
// Beyond the paper: sizes are bytes and not numbers of entries, and one eviction puts back at most kBackMax
// entries of the main queue, so that none takes long. Not for two threads at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/entry.h"
#include "engine/ghosts.h"

namespace cache_memory {

class Queues {
public:
    explicit Queues(size_t bytes_max) : bytes_max_(bytes_max) {}

    /// Which queue an entry of this key belongs to, that comes now.
    bool belongsInMain(uint64_t hash) { return ghosts_.take(hash); }
    void add(Entry& entry, bool in_main);
    void remove(Entry& entry);
    static void found(Entry& entry) {
        if (entry.uses < kUsesMax) ++entry.uses;
    }

    /// Takes the one out that goes next; null if there is none. Those that have expired go as they come up.
    /// Throws std::bad_alloc when there is no room for a fingerprint: nothing is lost, and nothing gone.
    Entry* evict(int64_t now_ms);
    /// Takes out the oldest one, of the main queue first. Null if there is none.
    Entry* drain();

    size_t bytes() const { return small_.bytes + main_.bytes; }
    size_t count() const { return small_.count + main_.count; }
    size_t bytesMax() const { return bytes_max_; }
    void resize(size_t bytes_max) { bytes_max_ = bytes_max; }

private:
    static constexpr uint8_t kUsesMax = 3;
    static constexpr uint8_t kUsesToStay = 2;
    static constexpr size_t kSmallPart = 10;  // 1/10
    static constexpr size_t kBackMax = 128;

    struct Queue {
        Entry* newest = nullptr;
        Entry* oldest = nullptr;
        size_t bytes = 0, count = 0;

        void push(Entry& entry);
        void take(Entry& entry);
    };

    Queue& of(const Entry& entry) { return entry.in_main ? main_ : small_; }
    Entry* evictSmall(int64_t now_ms);
    Entry* evictMain(int64_t now_ms);

    size_t bytes_max_;
    Queue small_, main_;
    Ghosts ghosts_;
};

}  // namespace cache_memory
