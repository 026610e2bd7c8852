// Points of a meter as OpenTelemetry has them (opentelemetry/proto/metrics/v1/metrics.proto), in its two
// encodings over HTTP: counters as monotonic sums, histograms with explicit bounds. [any]
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "measures/meter.h"

namespace callback_otel {

struct MetricsForm {
    bool protobuf = true;
    measures::Temporality temporality = measures::Temporality::Cumulative;
    std::span<const measures::Instrument> instruments;
};

/// points[begin, end) as items of otlpBody(): one an instrument. `end_ns`: of the collection.
std::vector<std::string> metricItems(const MetricsForm& form, const std::vector<measures::Point>& points,
                                     size_t begin, size_t end, int64_t end_ns);

}  // namespace callback_otel
