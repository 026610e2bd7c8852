#include "otlp_metrics.h"

#include "exporters/json_text.h"
#include "exporters/otlp.h"
#include "exporters/protobuf.h"
#include "measures/attribute_text.h"

namespace callback_otel {

using exporters::JsonText;
using measures::Instrument;
using measures::Point;
namespace proto = exporters::proto;

namespace {

// 64-bit integers are texts in proto3's JSON.
void writeCount(JsonText& out, uint64_t count) { out.text(std::to_string(count)); }

void writePoint(JsonText& out, const Instrument& instrument, const Point& point, int64_t end_ns) {
    out.beginObject();
    exporters::writeAttributes(out, measures::attributesOf(point.attributes));
    out.key("startTimeUnixNano").text(std::to_string(point.start_ns));
    out.key("timeUnixNano").text(std::to_string(end_ns));
    if (instrument.bounds.empty()) {
        out.key("asDouble").real(point.sum).endObject();
        return;
    }
    writeCount(out.key("count"), point.count);
    out.key("sum").real(point.sum).key("min").real(point.min).key("max").real(point.max);
    out.key("bucketCounts").beginArray();
    for (const uint64_t count : point.buckets) writeCount(out, count);
    out.endArray().key("explicitBounds").beginArray();
    for (const double bound : instrument.bounds) out.real(bound);
    out.endArray().endObject();
}

std::string itemJson(const MetricsForm& form, const std::vector<Point>& points, size_t begin, size_t end,
                     int64_t end_ns) {
    const Instrument& instrument = form.instruments[points[begin].instrument];
    const bool counter = instrument.bounds.empty();
    JsonText out;
    out.beginObject().key("name").text(instrument.name).key("description").text(instrument.description);
    out.key("unit").text(instrument.unit).key(counter ? "sum" : "histogram").beginObject();
    out.key("aggregationTemporality").integer(static_cast<int64_t>(form.temporality));
    if (counter) out.key("isMonotonic").boolean(true);
    out.key("dataPoints").beginArray();
    for (size_t i = begin; i < end; ++i) writePoint(out, instrument, points[i], end_ns);
    return out.endArray().endObject().endObject().take();
}

// NumberDataPoint: start 2, time 3, as_double 4, attributes 7.
std::string numberPoint(const Point& point, int64_t end_ns) {
    std::string out;
    proto::putFixed64(out, 2, static_cast<uint64_t>(point.start_ns));
    proto::putFixed64(out, 3, static_cast<uint64_t>(end_ns));
    proto::putDouble(out, 4, point.sum);
    exporters::putAttributes(out, 7, measures::attributesOf(point.attributes));
    return out;
}

// HistogramDataPoint: start 2, time 3, count 4 (fixed), sum 5, bucket_counts 6 and explicit_bounds 7
// (packed), attributes 9, min 11, max 12.
std::string histogramPoint(const Instrument& instrument, const Point& point, int64_t end_ns) {
    std::string out;
    proto::putFixed64(out, 2, static_cast<uint64_t>(point.start_ns));
    proto::putFixed64(out, 3, static_cast<uint64_t>(end_ns));
    proto::putFixed64(out, 4, point.count);
    proto::putDouble(out, 5, point.sum);
    std::string packed;
    for (const uint64_t count : point.buckets) proto::putEight(packed, count);
    proto::putBytes(out, 6, packed);
    packed.clear();
    for (const double bound : instrument.bounds) proto::putEight(packed, proto::bitsOf(bound));
    proto::putBytes(out, 7, packed);
    exporters::putAttributes(out, 9, measures::attributesOf(point.attributes));
    proto::putDouble(out, 11, point.min);
    proto::putDouble(out, 12, point.max);
    return out;
}

// Metric: name 1, description 2, unit 3, sum 7 (data_points 1, aggregation_temporality 2, is_monotonic 3),
// histogram 9 (data_points 1, aggregation_temporality 2). It stands as field 2 of ScopeMetrics.
std::string itemProto(const MetricsForm& form, const std::vector<Point>& points, size_t begin, size_t end,
                      int64_t end_ns) {
    const Instrument& instrument = form.instruments[points[begin].instrument];
    const bool counter = instrument.bounds.empty();
    std::string data;
    for (size_t i = begin; i < end; ++i)
        proto::putBytes(
            data, 1,
            counter ? numberPoint(points[i], end_ns) : histogramPoint(instrument, points[i], end_ns));
    proto::putNumber(data, 2, static_cast<uint64_t>(form.temporality));
    if (counter) proto::putNumber(data, 3, 1);
    std::string metric;
    proto::putBytes(metric, 1, instrument.name);
    proto::putBytes(metric, 2, instrument.description);
    proto::putBytes(metric, 3, instrument.unit);
    proto::putBytes(metric, counter ? 7 : 9, data);
    std::string out;
    proto::putBytes(out, 2, metric);
    return out;
}

}  // namespace

std::vector<std::string> metricItems(const MetricsForm& form, const std::vector<Point>& points, size_t begin,
                                     size_t end, int64_t end_ns) {
    std::vector<std::string> items;
    for (size_t from = begin; from < end;) {
        size_t to = from + 1;
        while (to < end && points[to].instrument == points[from].instrument) ++to;
        items.push_back(form.protobuf ? itemProto(form, points, from, to, end_ns)
                                      : itemJson(form, points, from, to, end_ns));
        from = to;
    }
    return items;
}

}  // namespace callback_otel
