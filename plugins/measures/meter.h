// Measurements added up by instrument and attributes, in bounded memory, as OpenTelemetry's metrics are
// (opentelemetry.io/docs/specs/otel/metrics/data-model): counters, and histograms with explicit buckets.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace measures {

struct Instrument {
    std::string_view name, unit, description;  // literals
    std::span<const double> bounds;  // of a histogram: upper ones, a bucket has its own; empty: a counter
};

struct Measurement {
    size_t instrument = 0;
    double value = 0;
    std::string attributes;  // AttributeText
};

/// In the numbers of the protocol. Delta: what has come since the last collection. Cumulative: since the
/// meter began.
enum class Temporality { Delta = 1, Cumulative = 2 };

/// What one set of attributes has come to.
struct Point {
    size_t instrument = 0;
    std::string attributes;
    int64_t start_ns = 0;  // since the Unix epoch
    uint64_t count = 0;
    double sum = 0, min = 0, max = 0;
    std::vector<uint64_t> buckets;  // one more than there are bounds; empty for a counter
};

struct Collection {
    std::vector<Point> points;  // by instrument, in their order
    int64_t end_ns = 0;
    uint64_t records = 0;  // that nobody has been told of before
};

/// [any]
class Meter {
public:
    /// `sets_max`: sets of attributes of one instrument, at least 2; those that come when there is no more
    /// room are one set, overflowText(). `now_ms`: since the Unix epoch. `instruments` outlive it.
    Meter(std::span<const Instrument> instruments, Temporality temporality, size_t sets_max, int64_t now_ms);
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

    /// What one record measures; values that are negative or no number are left out.
    void add(const std::vector<Measurement>& measurements);
    /// No two collections end at the same time, whatever the clock does.
    Collection collect(int64_t now_ms);
    /// What of a collection nobody has taken: with the next one.
    void giveBack(Collection collection);

    Temporality temporality() const { return temporality_; }
    std::span<const Instrument> instruments() const { return instruments_; }

private:
    struct Series {
        int64_t start_ns = 0;
        uint64_t count = 0;
        double sum = 0, lost = 0;  // what rounding has taken off the sum (Neumaier)
        double min = 0, max = 0;
        std::vector<uint64_t> buckets;
    };
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    using Sets = std::unordered_map<std::string, Series, Hash, std::equal_to<>>;

    Series& seriesOf(size_t instrument, std::string_view attributes);

    const std::span<const Instrument> instruments_;
    const Temporality temporality_;
    const size_t sets_max_;
    std::mutex mutex_;
    int64_t start_ns_;  // guarded by mutex_, as is the rest
    int64_t end_ns_;    // of the last collection
    uint64_t records_ = 0;
    std::vector<Sets> sets_;  // one an instrument
};

}  // namespace measures
