// Requests that stand for a bucket of a histogram: which trace to look at
// (github.com/OpenObservability/OpenMetrics, "Exemplars").
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sluice/plugin.hpp>

namespace callback_prometheus {

class Exemplars {
public:
    using Labels = std::initializer_list<std::string_view>;
    using Values = Labels;

    /// Nothing is kept until somebody has asked for a page with exemplars.
    bool wanted() const { return wanted_.load(std::memory_order_relaxed); }
    void want() { wanted_.store(true, std::memory_order_relaxed); }

    /// A value of a series: `histogram` without "_bucket". At most one a second of values alike is taken, and
    /// at most kSeriesMax series have any. [any]
    void note(std::string_view histogram, Labels names, Values values, double value,
              const sluice_record& record);

    /// For a line of the page up to `le="`, and values in (above, upto]: what stands behind the line's value,
    /// ` # {trace_id="…"} 0.25 1767225601.5`. Empty: there is none. [any]
    std::string of(std::string_view series, double above, double upto) const;

private:
    static constexpr size_t kSeriesMax = 2'000;
    static constexpr size_t kAlikes = 16;  // values up to 1 ms, 2 ms, 4 ms, …

    struct Exemplar {
        double value = 0;
        int64_t at_ms = 0;  // 0: none
        std::string trace;  // 32 digits, or the record's id, which one is made of
    };
    struct Series {
        std::string text;  // as it stands on the page
        std::array<Exemplar, kAlikes> alike;
    };

    std::atomic<bool> wanted_{false};
    mutable std::mutex mutex_;
    std::unordered_map<uint64_t, Series> by_hash_;                 // guarded by mutex_
    std::unordered_map<std::string_view, const Series*> by_text_;  // guarded by mutex_: of by_hash_
};

}  // namespace callback_prometheus
