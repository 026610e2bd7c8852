// What is remembered of the latencies of each deployment: averages as LiteLLM's lists of samples give them,
// without the lists.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace router_latency {

/// One of LiteLLM's lists. When it is full each new sample overwrites the last one, so what an average needs
/// is the sum of those before it and the last one.
class Series {
public:
    /// Under the lock of Samples.
    void add(double sample, uint32_t size_max);
    void clear();
    /// 0: there are no samples. [any]
    double average() const { return average_.load(std::memory_order_relaxed); }

private:
    uint32_t count_ = 0;
    double before_last_ = 0;
    double last_ = 0;
    std::atomic<double> average_{0};
};

/// By deployment number. Averages are read without a lock; a sample is added under one, and the memory for a
/// deployment comes with its first sample.
class Samples {
public:
    struct Options {
        double ttl_s = 3600;      // a deployment without a new sample for that long is unknown again
        uint32_t list_size = 10;  // samples that count; the last of them is the latest, the others the oldest
    };
    /// Seconds a completion token; of a stream also those to its first token.
    struct Sample {
        double whole;
        double first_token;  // negative: it was no stream
    };

    explicit Samples(Options options) : options_(options) {}

    /// Numbers from kDeploymentsMax on are not remembered. [any]
    void add(uint32_t deployment, const Sample& sample, int64_t now_ms);
    /// 0 if nothing is known. `stream`: the average to the first token, if there is one. Here because it is
    /// asked of each deployment of each request. [any]
    double average(uint32_t deployment, bool stream, int64_t now_ms) const {
        if (deployment >= kDeploymentsMax) return 0;
        const Page* page = pages_[deployment / kPage].load(std::memory_order_acquire);
        if (!page) return 0;
        const Deployment& its = (*page)[deployment % kPage];
        if (now_ms >= its.expires_ms.load(std::memory_order_relaxed)) return 0;
        const double to_first = stream ? its.first_token.average() : 0;
        return to_first > 0 ? to_first : its.whole.average();
    }

    static constexpr uint32_t kDeploymentsMax = 65'536;

private:
    struct Deployment {
        Series whole, first_token;
        std::atomic<int64_t> expires_ms{0};
    };
    static constexpr uint32_t kPage = 64;
    using Page = std::array<Deployment, kPage>;

    Deployment& at(uint32_t deployment);  // under mutex_

    const Options options_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Page>> owned_;                         // guarded by mutex_
    std::array<std::atomic<Page*>, kDeploymentsMax / kPage> pages_{};  // owned_'s; set once
};

}  // namespace router_latency
