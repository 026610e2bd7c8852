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
    void add(double sample, uint32_t size_max);
    /// 0: there are no samples.
    double average() const { return count_ == 0 ? 0 : (before_last_ + last_) / count_; }

private:
    uint32_t count_ = 0;
    double before_last_ = 0;
    double last_ = 0;
};

/// By deployment number. Averages are read without a lock; a sample is added under one, and the memory for a
/// deployment comes with its first sample.
class Samples {
    static constexpr uint32_t kPage = 64;
    static constexpr size_t kWhole = 0, kStream = 1;
    using Averages = std::array<std::atomic<double>, kPage>;
    using Page = std::array<Averages, 2>;

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

    /// The averages as they are at that time. Valid while this object lives. [any]
    class View {
    public:
        /// 0 if nothing is known. Of streams the average to the first token, if there is one. Here because it
        /// is asked of each deployment of each request, most of them with numbers side by side. One thread.
        double average(uint32_t deployment) {
            if (deployment / kPage != number_) turnTo(deployment);
            return averages_ ? (*averages_)[deployment % kPage].load(std::memory_order_relaxed) : 0;
        }

    private:
        friend class Samples;
        View(const Samples& all, bool stream) : all_(all), which_(stream ? kStream : kWhole) {}
        void turnTo(uint32_t deployment) {
            number_ = deployment / kPage;
            const Page* page =
                deployment < kDeploymentsMax ? all_.pages_[number_].load(std::memory_order_acquire) : nullptr;
            averages_ = page ? &(*page)[which_] : nullptr;
        }

        const Samples& all_;
        const size_t which_;
        uint32_t number_ = UINT32_MAX;  // of the page that averages_ is of
        const Averages* averages_ = nullptr;
    };
    View at(int64_t now_ms, bool stream) {
        if (now_ms >= first_end_ms_.load(std::memory_order_relaxed)) forgetOld(now_ms);
        return {*this, stream};
    }

    static constexpr uint32_t kDeploymentsMax = 65'536;

private:
    struct Deployment {
        Series whole, first_token;
        int64_t ends_ms = 0;  // unknown from then on
    };
    struct Book {
        Page page{};
        std::array<Deployment, kPage> deployments;
    };

    Book& bookOf(uint32_t deployment);  // under mutex_
    static void show(Book& book, uint32_t slot);
    void forgetOld(int64_t now_ms);

    const Options options_;
    std::atomic<int64_t> first_end_ms_{INT64_MAX};  // nothing ends before that
    std::mutex mutex_;
    std::vector<std::unique_ptr<Book>> books_;  // by page, null or as in pages_; guarded by mutex_
    std::array<std::atomic<Page*>, kDeploymentsMax / kPage> pages_{};  // of books_; set once
};

}  // namespace router_latency
