#include "plugin_host/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::host {
namespace {

// LiteLLM's latency buckets in seconds (types/integrations/prometheus.py); +Inf comes by itself.
constexpr std::array kBuckets{0.005, 0.00625, 0.0125, 0.025, 0.05, 0.1,  0.5,  1.0,   1.5,   2.0,   2.5,  3.0,
                              3.5,   4.0,     4.5,    5.0,   5.5,  6.0,  6.5,  7.0,   7.5,   8.0,   8.5,  9.0,
                              9.5,   10.0,    15.0,   20.0,  25.0, 30.0, 60.0, 120.0, 180.0, 240.0, 300.0};

bool isMetricName(std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == ':';
    });
}

// Prometheus drops a page that is not UTF-8. Clients choose some of the values (the model that they ask for),
// and each stands in every line of its series: a page of them must not fill the memory.
std::string clean(std::string_view text) {
    if (text.size() > base::kMetricLabelBytesMax) {
        size_t end = base::kMetricLabelBytesMax;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
        text = text.substr(0, end);
    }
    std::string out(text);
    if (base::isUtf8(text)) return out;
    for (char& c : out) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
    return out;
}

// Quotes are escaped in labels, not in help texts.
std::string labelValue(std::string_view text, bool quotes = true) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if ((quotes && c == '"') || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string labelText(const std::vector<std::string>& names, const std::vector<std::string>& values,
                      std::string_view extra = {}) {
    std::string out;
    for (size_t i = 0; i < names.size(); ++i)
        out += fmt::format("{}{}=\"{}\"", i ? "," : "", names[i], labelValue(values[i]));
    if (!extra.empty()) out += (out.empty() ? "" : ",") + std::string(extra);
    return out.empty() ? out : "{" + out + "}";
}

}  // namespace

int Metrics::define(Kind kind, std::string_view name, std::string_view help,
                    std::vector<std::string> labels) {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < metrics_.size(); ++i) {
        if (metrics_[i].name != name) continue;
        return metrics_[i].kind == kind && metrics_[i].labels == labels ? static_cast<int>(i) : -1;
    }
    const bool fine = std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
        return isMetricName(label) && label != "le" && label.find(':') == std::string::npos;
    });
    if (!isMetricName(name) || !fine) return -1;
    Metric& metric = metrics_.emplace_back();
    metric.kind = kind;
    metric.name = name;
    metric.help = help;
    metric.labels = std::move(labels);
    return static_cast<int>(metrics_.size() - 1);
}

Metrics::Metric* Metrics::at(int id) {
    const std::lock_guard lock(mutex_);
    return id < 0 || static_cast<size_t>(id) >= metrics_.size() ? nullptr
                                                                : &metrics_[static_cast<size_t>(id)];
}

// With the metric's lock.
Metrics::Series& Metrics::seriesOf(Metric& metric, std::span<const std::string_view> labels) {
    const auto known = metric.series.find(labels);
    if (known != metric.series.end()) return known->second;
    std::vector<std::string> key;
    for (const auto label : labels) key.push_back(clean(label));
    auto found = metric.series.find(key);
    if (found == metric.series.end()) {
        if (metric.series.size() >= base::kMetricSeriesMax) key.assign(labels.size(), "other");
        found = metric.series.try_emplace(std::move(key)).first;
    }
    return found->second;
}

void Metrics::set(int id, std::span<const std::string_view> labels, double value) {
    Metric* metric = at(id);
    if (!metric || labels.size() != metric->labels.size()) return;
    const std::lock_guard lock(metric->mutex);
    seriesOf(*metric, labels).value = value;
}

void Metrics::clear(int id) {
    Metric* metric = at(id);
    if (!metric) return;
    const std::lock_guard lock(metric->mutex);
    metric->series.clear();
}

void Metrics::addCollector(std::function<void(Metrics&)> collect) {
    const std::lock_guard lock(collecting_);
    collectors_.push_back(std::move(collect));
}

bool Metrics::record(int id, std::span<const std::string_view> labels, double value) {
    Metric* metric = at(id);
    if (!metric || labels.size() != metric->labels.size() || !std::isfinite(value) ||
        (metric->kind == Kind::Counter && value < 0))
        return false;
    const std::lock_guard lock(metric->mutex);
    Series& series = seriesOf(*metric, labels);
    series.value = metric->kind == Kind::Gauge ? value : series.value + value;
    if (metric->kind == Kind::Histogram) {
        series.buckets.resize(kBuckets.size());
        ++series.count;
        for (size_t i = 0; i < kBuckets.size(); ++i) series.buckets[i] += value <= kBuckets[i] ? 1 : 0;
    }
    return true;
}

const Metrics::Metric* Metrics::find(std::string_view name) const {
    for (const auto& metric : metrics_) {
        if (metric.name == name) return &metric;
    }
    return nullptr;
}

double Metrics::value(std::string_view name, std::span<const std::string_view> labels) const {
    const std::lock_guard lock(mutex_);
    const Metric* metric = find(name);
    if (!metric) return 0;
    const std::lock_guard inner(metric->mutex);
    const auto found = metric->series.find(std::vector<std::string>(labels.begin(), labels.end()));
    return found == metric->series.end() ? 0 : found->second.value;
}

std::string Metrics::text() {
    const std::lock_guard one(collecting_);
    for (const auto& collect : collectors_) collect(*this);
    static constexpr std::array<const char*, 3> kKinds{"counter", "gauge", "histogram"};
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const auto& metric : metrics_) {
        const std::lock_guard inner(metric.mutex);
        if (metric.series.empty()) continue;
        out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", metric.name, labelValue(metric.help, false),
                           metric.name, kKinds[static_cast<size_t>(metric.kind)]);
        for (const auto& [labels, series] : metric.series) {
            if (metric.kind != Kind::Histogram) {
                out += fmt::format("{}{} {}\n", metric.name, labelText(metric.labels, labels), series.value);
                continue;
            }
            for (size_t i = 0; i < kBuckets.size(); ++i) {
                out += fmt::format("{}_bucket{} {}\n", metric.name,
                                   labelText(metric.labels, labels, fmt::format("le=\"{}\"", kBuckets[i])),
                                   series.buckets[i]);
            }
            out += fmt::format("{}_bucket{} {}\n", metric.name,
                               labelText(metric.labels, labels, "le=\"+Inf\""), series.count);
            out += fmt::format("{0}_sum{1} {2}\n{0}_count{1} {3}\n", metric.name,
                               labelText(metric.labels, labels), series.value, series.count);
        }
    }
    return out;
}

}  // namespace sluice::host
