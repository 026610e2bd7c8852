#include "samples.h"

namespace router_latency {

void Series::add(double sample, uint32_t size_max) {
    if (count_ < size_max) {
        before_last_ += last_;
        ++count_;
    }
    last_ = sample;
    average_.store((before_last_ + last_) / count_, std::memory_order_relaxed);
}

void Series::clear() {
    count_ = 0;
    before_last_ = last_ = 0;
    average_.store(0, std::memory_order_relaxed);
}

Samples::Deployment& Samples::at(uint32_t deployment) {
    auto& page = pages_[deployment / kPage];
    if (!page.load(std::memory_order_relaxed)) {
        owned_.push_back(std::make_unique<Page>());
        page.store(owned_.back().get(), std::memory_order_release);
    }
    return (*page.load(std::memory_order_relaxed))[deployment % kPage];
}

void Samples::add(uint32_t deployment, const Sample& sample, int64_t now_ms) {
    if (deployment >= kDeploymentsMax) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    Deployment& its = at(deployment);
    if (now_ms >= its.expires_ms.load(std::memory_order_relaxed)) {
        its.whole.clear();
        its.first_token.clear();
    }
    its.whole.add(sample.whole, options_.list_size);
    if (sample.first_token >= 0) its.first_token.add(sample.first_token, options_.list_size);
    its.expires_ms.store(now_ms + static_cast<int64_t>(options_.ttl_s * 1000), std::memory_order_relaxed);
}

}  // namespace router_latency
