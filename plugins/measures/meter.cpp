#include "meter.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "attribute_text.h"

namespace measures {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

void addTo(double& sum, double& lost, double value) {
    const double total = sum + value;
    lost += std::abs(sum) >= std::abs(value) ? (sum - total) + value : (value - total) + sum;
    sum = total;
}

}  // namespace

Meter::Meter(std::span<const Instrument> instruments, Temporality temporality, size_t sets_max,
             int64_t now_ms)
    : instruments_(instruments),
      temporality_(temporality),
      sets_max_(sets_max),
      start_ns_(now_ms * kNsPerMs),
      end_ns_(start_ns_),
      sets_(instruments.size()) {}

// Under mutex_.
Meter::Series& Meter::seriesOf(size_t instrument, std::string_view attributes) {
    Sets& sets = sets_[instrument];
    auto found = sets.find(attributes);
    if (found == sets.end()) {
        // The last place is the overflow's.
        const std::string_view name = sets.size() + 1 < sets_max_ ? attributes : overflowText();
        bool fresh = false;
        std::tie(found, fresh) = sets.try_emplace(std::string(name));
        if (fresh) {
            found->second.start_ns = temporality_ == Temporality::Delta ? end_ns_ : start_ns_;
            const auto& bounds = instruments_[instrument].bounds;
            if (!bounds.empty()) found->second.buckets.resize(bounds.size() + 1);
        }
    }
    return found->second;
}

void Meter::add(const std::vector<Measurement>& measurements) {
    const std::lock_guard lock(mutex_);
    ++records_;
    for (const auto& one : measurements) {
        if (!std::isfinite(one.value) || one.value < 0) continue;
        Series& series = seriesOf(one.instrument, one.attributes);
        series.min = series.count == 0 ? one.value : std::min(series.min, one.value);
        series.max = std::max(series.max, one.value);
        ++series.count;
        addTo(series.sum, series.lost, one.value);
        const auto& bounds = instruments_[one.instrument].bounds;
        if (bounds.empty()) continue;
        const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), one.value);
        ++series.buckets[static_cast<size_t>(bucket - bounds.begin())];
    }
}

Collection Meter::collect(int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    Collection all;
    all.end_ns = end_ns_ = std::max(now_ms * kNsPerMs, end_ns_ + 1);
    all.records = std::exchange(records_, 0);
    for (size_t i = 0; i < sets_.size(); ++i) {
        for (auto& [attributes, series] : sets_[i])
            all.points.push_back({i, attributes, series.start_ns, series.count, series.sum + series.lost,
                                  series.min, series.max, series.buckets});
        if (temporality_ == Temporality::Delta) sets_[i].clear();
    }
    return all;
}

void Meter::giveBack(Collection collection) {
    const std::lock_guard lock(mutex_);
    records_ += collection.records;
    if (temporality_ == Temporality::Cumulative) return;
    for (const auto& point : collection.points) {
        Series& series = seriesOf(point.instrument, point.attributes);
        series.start_ns = std::min(series.start_ns, point.start_ns);
        series.min = series.count == 0 ? point.min : std::min(series.min, point.min);
        series.max = std::max(series.max, point.max);
        series.count += point.count;
        addTo(series.sum, series.lost, point.sum);
        for (size_t i = 0; i < point.buckets.size(); ++i) series.buckets[i] += point.buckets[i];
    }
}

}  // namespace measures
