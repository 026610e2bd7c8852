// A log-linear histogram of nanoseconds: a fixed 440 KiB whatever is recorded, every value within 0.1 % (each
// power of two is cut into 1,024 buckets), which is 20 us of a 20 ms gap. A percentile is the upper edge of
// its bucket, so it is never flattered. The maximum is exact.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace sluice::bench {

class Histogram final {
public:
    void record(std::uint64_t ns) {
        ++buckets_[indexOf(ns)];
        ++count_;
        max_ns_ = std::max(max_ns_, ns);
    }

    std::uint64_t count() const { return count_; }

    // The value that `fraction` of all records do not exceed; 0 when nothing was recorded.
    std::uint64_t percentileNs(double fraction) const {
        const auto rank = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_)));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i];
            if (seen >= rank && seen > 0) return std::min(upperEdge(i), max_ns_);
        }
        return 0;
    }

    // {"p50":1.2,…,"max":3.4} in microseconds.
    void printJson(std::FILE* out) const {
        std::fprintf(out, R"({"p50":%.1f,"p90":%.1f,"p99":%.1f,"p999":%.1f,"max":%.1f})",
                     us(percentileNs(0.5)), us(percentileNs(0.9)), us(percentileNs(0.99)),
                     us(percentileNs(0.999)), us(max_ns_));
    }

    // [[1.2,5],…]: upper edges in microseconds and how many, within 1 % (eight buckets in one), those without records left out.
    void printBucketsJson(std::FILE* out) const {
        constexpr std::size_t kTogether = 8;
        const char* comma = "";
        std::fprintf(out, "[");
        for (std::size_t i = 0; i < buckets_.size(); i += kTogether) {
            std::uint64_t sum = 0;
            for (std::size_t j = i; j < i + kTogether; ++j) sum += buckets_[j];
            if (sum == 0) continue;
            const std::uint64_t edge = std::min(upperEdge(i + kTogether - 1), max_ns_);
            std::fprintf(out, "%s[%.2f,%llu]", comma, us(edge), static_cast<unsigned long long>(sum));
            comma = ",";
        }
        std::fprintf(out, "]");
    }

private:
    static constexpr unsigned kSubBits = 10;
    static constexpr std::uint64_t kSubBuckets = 1ULL << kSubBits;

    // Values below 1,024 have a bucket each; above, the leading ten bits after the first one choose it.
    static std::size_t indexOf(std::uint64_t value) {
        if (value < kSubBuckets) return value;
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kSubBits;
        return (shift + 1) * kSubBuckets + ((value >> shift) - kSubBuckets);
    }

    static std::uint64_t upperEdge(std::size_t index) {
        if (index < kSubBuckets) return index;
        const auto shift = index / kSubBuckets - 1;
        return ((kSubBuckets + index % kSubBuckets + 1) << shift) - 1;
    }

    static double us(std::uint64_t ns) { return static_cast<double>(ns) / 1000.0; }

    std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>((64 - kSubBits + 1) * kSubBuckets);
    std::uint64_t count_ = 0;
    std::uint64_t max_ns_ = 0;
};

}  // namespace sluice::bench
