// Several jobs that one thread waits for.
#pragma once

#include <condition_variable>
#include <mutex>

#include "cache.h"

namespace cache_redis {

struct Cache::Together {
    struct Ended {
        End end = End::Away;
        std::vector<Reply> replies;
        int64_t took_us = 0;
    };
    bool wait(uint32_t ms) {
        std::unique_lock lock(mutex);
        return ready.wait_for(lock, std::chrono::milliseconds(ms), [this] { return pending == 0; });
    }

    std::mutex mutex;
    std::condition_variable ready;
    size_t pending = 0;
    std::vector<Ended> all;  // by job; not before wait() was true
};

}  // namespace cache_redis
