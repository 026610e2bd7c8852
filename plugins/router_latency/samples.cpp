#include "samples.h"

#include <algorithm>

namespace router_latency {

void Series::add(double sample, uint32_t size_max) {
    if (count_ < size_max) {
        before_last_ += last_;
        ++count_;
    }
    last_ = sample;
}

Samples::Book& Samples::bookOf(uint32_t deployment) {
    const size_t number = deployment / kPage;
    if (books_.size() <= number) books_.resize(number + 1);
    auto& book = books_[number];
    if (!book) {
        book = std::make_unique<Book>();
        pages_[number].store(&book->page, std::memory_order_release);
    }
    return *book;
}

void Samples::show(Book& book, uint32_t slot) {
    const Deployment& its = book.deployments[slot];
    const double whole = its.whole.average(), to_first = its.first_token.average();
    book.page[kWhole][slot].store(whole, std::memory_order_relaxed);
    book.page[kStream][slot].store(to_first > 0 ? to_first : whole, std::memory_order_relaxed);
}

void Samples::add(uint32_t deployment, const Sample& sample, int64_t now_ms) {
    if (deployment >= kDeploymentsMax) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    Book& book = bookOf(deployment);
    const uint32_t slot = deployment % kPage;
    Deployment& its = book.deployments[slot];
    if (now_ms >= its.ends_ms) its = {};
    its.whole.add(sample.whole, options_.list_size);
    if (sample.first_token >= 0) its.first_token.add(sample.first_token, options_.list_size);
    its.ends_ms = now_ms + static_cast<int64_t>(options_.ttl_s * 1000);
    if (its.ends_ms < first_end_ms_.load(std::memory_order_relaxed)) first_end_ms_ = its.ends_ms;
    show(book, slot);
}

// Deployments that are in use put their end off with each sample, so this is done once in a while.
void Samples::forgetOld(int64_t now_ms) {
    const std::lock_guard<std::mutex> lock(mutex_);
    int64_t first = INT64_MAX;
    for (const auto& book : books_) {
        for (uint32_t slot = 0; book && slot < kPage; ++slot) {
            Deployment& its = book->deployments[slot];
            if (its.ends_ms == 0) continue;
            if (now_ms >= its.ends_ms) {
                its = {};
                show(*book, slot);
            } else {
                first = std::min(first, its.ends_ms);
            }
        }
    }
    first_end_ms_ = first;
}

}  // namespace router_latency
