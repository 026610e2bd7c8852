// How what a meter has collected is sent, and what an answer means.
#include <algorithm>

#include "exporters/retry.h"
#include "metric_export.h"

namespace callback_otel {

using exporters::Answer;
using exporters::Destination;
using exporters::Signal;
using measures::Collection;
using measures::Temporality;
using std::chrono::milliseconds;

namespace {

constexpr size_t kPointsMax = 1'000;  // of one request: about 400 KB before gzip

bool isTaken(int status) { return status >= 200 && status < 300; }

// Status codes that a later try may change (opentelemetry.io/docs/specs/otlp, "Failures"), and those that say
// that this is not the receiver that was meant.
bool isForLater(int status) {
    return status < 400 || status == 408 || status == 425 || status == 429 || status >= 500;
}

}  // namespace

MetricExport::Outcome MetricExport::send(const Destination& to, Stream& stream, bool last) {
    Collection all = stream.meter.collect(host_.wallMs());
    // At the end nobody has to hear again that there is nothing new.
    if (all.points.empty() || (last && all.records == 0)) {
        stream.meter.giveBack(std::move(all));
        return {};
    }
    size_t at = 0;
    size_t step = kPointsMax;
    Answer answer;
    bool rejected = false;
    while (at < all.points.size()) {
        const size_t sent = sendFrom(to, stream, all, at, step, answer);
        if (sent == 0) break;
        rejected |= !isTaken(answer.status);
        at += sent;
    }
    const bool delta = stream.meter.temporality() == Temporality::Delta;
    if (at == all.points.size() && !rejected) {
        exporter_->deliver(all.records);
        return {};
    }
    if (at == all.points.size()) {
        // Of a sum the next request says it all again; of a difference nobody does.
        exporter_->warn("rejected",
                        "the receiver refused metrics with status " + std::to_string(answer.status));
        if (delta)
            exporter_->drop(all.records, "rejected");
        else
            stream.meter.giveBack({{}, 0, all.records});
        return {};
    }
    all.points.erase(all.points.begin(), all.points.begin() + static_cast<std::ptrdiff_t>(at));
    stream.meter.giveBack(std::move(all));
    exporter_->warn("away", answer.status == 0
                                ? "the receiver does not answer; what was counted goes with the next request"
                                : "the receiver answers " + std::to_string(answer.status) +
                                      "; what was counted goes with the next request");
    return {true, exporters::retryAfter(answer.retry_after, host_.wallMs()).value_or(milliseconds(0))};
}

// How many points from `at` on are settled by one request, or by several where it was too large; 0: later.
size_t MetricExport::sendFrom(const Destination& to, Stream& stream, const Collection& all, size_t at,
                              size_t& step, Answer& answer) {
    Common common = common_;
    common.resource.text("service.instance.id", stream.instance_id);
    const MetricsForm form{common.protobuf, stream.meter.temporality(), stream.meter.instruments()};
    for (;;) {
        const size_t count = std::min(step, all.points.size() - at);
        const auto items = metricItems(form, all.points, at, at + count, all.end_ns);
        auto outgoing = request(Signal::Metrics, common, items, 0, items.size(), to);
        exporters::seal(outgoing, to, exporter_->options().gzip);
        answer = exporter_->ask(outgoing, timeLeft());
        if (answer.status == 413 && count > 1) {
            step = count / 2;
            continue;
        }
        if (isForLater(answer.status) && !isTaken(answer.status)) return 0;
        const size_t refused = isTaken(answer.status)
                                   ? exporters::otlpRejected(Signal::Metrics, common.protobuf, answer.body)
                                   : 0;
        if (refused > 0)
            exporter_->warn("refused", "the receiver took a request and refused " + std::to_string(refused) +
                                           " of its data points");
        return count;
    }
}

}  // namespace callback_otel
