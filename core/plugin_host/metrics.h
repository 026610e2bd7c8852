// Counters, gauges and histograms with fixed label names. Recording takes one short lock of that metric; a
// metric has at most kMetricSeriesMax series, past which everything goes to label values "other".
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::host {

class Metrics {
public:
    enum class Kind { Counter, Gauge, Histogram };

    /// The id, or -1 if the name is taken by a metric of another shape or is not a Prometheus name.
    int define(Kind kind, std::string_view name, std::string_view help, std::vector<std::string> labels);
    /// False for an unknown id or a wrong number of labels. [any thread]
    bool record(int id, std::span<const std::string_view> labels, double value);

    /// Sets a series of whatever kind to what its owner has counted itself. Only for collectors.
    void set(int id, std::span<const std::string_view> labels, double value);
    /// Forgets all series of a metric: what no longer is does not stay. Only for collectors.
    void clear(int id);
    /// `collect` is called before each text(): it sets what is cheaper to look up than to count. [control]
    void addCollector(std::function<void(Metrics&)> collect);

    /// All series in the Prometheus text format. [any thread]
    std::string text();
    /// The value of one series; 0 if there is none. Histograms: the sum. For tests and health.
    double value(std::string_view name, std::span<const std::string_view> labels) const;

private:
    struct Series {
        double value = 0;  // counter, gauge; histogram: sum
        uint64_t count = 0;
        std::vector<uint64_t> buckets;
    };
    // Lets a series be found by views of its label values.
    struct LabelOrder {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                                std::less<std::string_view>());
        }
    };
    struct Metric {
        Kind kind;
        std::string name;
        std::string help;
        std::vector<std::string> labels;
        mutable std::mutex mutex;
        std::map<std::vector<std::string>, Series, LabelOrder> series;  // guarded by mutex
    };

    const Metric* find(std::string_view name) const;
    Metric* at(int id);
    static Series& seriesOf(Metric& metric, std::span<const std::string_view> labels);

    mutable std::mutex mutex_;
    std::deque<Metric> metrics_;  // guarded by mutex_; elements never move
    std::mutex collecting_;       // one text() at a time collects
    std::vector<std::function<void(Metrics&)>> collectors_;
};

}  // namespace sluice::host
