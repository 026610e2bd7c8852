// Hit ratios on made-up traces: Zipf's law, alone and with scans in between.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <list>
#include <unordered_map>

#include "bench.h"
#include "engine/store.h"

namespace cache_bench {
namespace {

constexpr uint64_t kObjects = 200'000;
constexpr size_t kWarm = 500'000, kMeasured = 1'500'000;
constexpr size_t kScanEvery = 50'000, kScanLength = 20'000;  // two requests in seven are of scans
constexpr size_t kValue = 64;

// Requests for objects 0 to kObjects - 1, the more the smaller the number; 0x…: of scans, each only once.
std::vector<uint64_t> trace(double alpha, bool scans) {
    std::vector<double> sums(kObjects);
    double sum = 0;
    for (uint64_t i = 0; i < kObjects; ++i) sums[i] = sum += 1 / std::pow(static_cast<double>(i + 1), alpha);
    Random random{static_cast<uint64_t>(alpha * 1000)};
    std::vector<uint64_t> all;
    uint64_t scanned = uint64_t{1} << 40;
    while (all.size() < kWarm + kMeasured) {
        const auto found = std::lower_bound(sums.begin(), sums.end(), random.fraction() * sum);
        all.push_back(static_cast<uint64_t>(found - sums.begin()));
        if (!scans || all.size() % (kScanEvery + kScanLength) != kScanEvery) continue;
        for (size_t i = 0; i < kScanLength; ++i) all.push_back(scanned++);
    }
    all.resize(kWarm + kMeasured);
    return all;
}

class Lru {
public:
    explicit Lru(size_t entries) : most_(entries) {}
    bool ask(uint64_t object) {
        const auto known = where_.find(object);
        if (known != where_.end()) {
            order_.splice(order_.begin(), order_, known->second);
            return true;
        }
        if (where_.size() == most_) {
            where_.erase(order_.back());
            order_.pop_back();
        }
        order_.push_front(object);
        where_[object] = order_.begin();
        return false;
    }

private:
    const size_t most_;
    std::list<uint64_t> order_;
    std::unordered_map<uint64_t, std::list<uint64_t>::iterator> where_;
};

class S3Fifo {
public:
    S3Fifo(size_t entries, size_t shards) : store_(optionsFor(entries, shards)) {}
    bool ask(uint64_t object) {
        const std::string key = keyOf(object);
        if (store_.find(key, 0)) return true;
        (void)store_.put(key, value_, INT64_MAX, 0);
        return false;
    }

private:
    static cache_memory::Options optionsFor(size_t entries, size_t shards) {
        const cache_memory::Held one(cache_memory::Entry::make(keyOf(0), std::string(kValue, 'v'), 0, 0));
        cache_memory::Options options;
        options.max_bytes = entries * one->cost();
        options.max_entry_bytes = kValue;
        options.shards = shards;
        return options;
    }
    const std::string value_ = std::string(kValue, 'v');
    cache_memory::Store store_;
};

template <class Cache>
double ratioOf(Cache&& cache, const std::vector<uint64_t>& asked) {
    size_t hits = 0;
    for (size_t i = 0; i < asked.size(); ++i) hits += cache.ask(asked[i]) && i >= kWarm ? 1 : 0;
    return static_cast<double>(hits) / kMeasured;
}

}  // namespace

std::string keyOf(uint64_t number) {
    char text[65];
    (void)std::snprintf(text, sizeof text, "%064llx", static_cast<unsigned long long>(number));
    return text;
}

void ratios() {
    std::printf("trace\talpha\tsize\tlru\ts3fifo\ts3fifo_16_shards\n");
    for (const bool scans : {false, true}) {
        for (const double alpha : {0.7, 0.8, 0.9, 1.0, 1.1}) {
            const auto asked = trace(alpha, scans);
            for (const double part : {0.005, 0.01, 0.05, 0.1, 0.2}) {
                const auto entries = static_cast<size_t>(part * kObjects);
                std::printf("%s\t%.1f\t%.3f\t%.4f\t%.4f\t%.4f\n", scans ? "zipf+scan" : "zipf", alpha, part,
                            ratioOf(Lru(entries), asked), ratioOf(S3Fifo(entries, 1), asked),
                            ratioOf(S3Fifo(entries, 16), asked));
                std::fflush(stdout);
            }
        }
    }
}

}  // namespace cache_bench
