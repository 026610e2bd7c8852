// Threads that look up and put all the time, and what came of it.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "host.h"

namespace cache_tests {

class Load {
public:
    /// `keys`: each has the value "value of KEY". `wait_ms`: what a lookup may wait.
    Load(Loaded& cache, std::vector<std::string> keys, uint32_t wait_ms = 5000) {
        for (int t = 0; t < 2; ++t)
            threads_.emplace_back([this, &cache, keys, wait_ms, t] {
                for (size_t i = static_cast<size_t>(t); !over_; ++i) {
                    const std::string& key = keys[i % keys.size()];
                    const Got got = cache.get({key, keys[(i + 7) % keys.size()]}, wait_ms);
                    ++lookups;
                    if (got.took_ms > wait_ms + 3000) ++slow;
                    if (got.values.count(0) > 0 && got.value() != "value of " + key) ++wrong;
                    if (got.values.size() == 2) ++whole;
                    if (got.status != SLUICE_OK) ++failed;
                    if (got.status == SLUICE_OK && got.values.size() < 2) ++missed;
                    if (i % 5 == 0) (void)cache->put(key, "value of " + key, 600'000);
                    pause(1);
                }
            });
    }
    ~Load() { stop(); }
    void stop() {
        over_ = true;
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }

    std::atomic<size_t> lookups{0}, whole{0}, failed{0}, missed{0}, wrong{0}, slow{0};

private:
    std::atomic<bool> over_{false};
    std::vector<std::thread> threads_;
};

}  // namespace cache_tests
