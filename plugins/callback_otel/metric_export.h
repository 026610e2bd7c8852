// Sends what meters have counted, at an interval and at the end: one meter for each receiver.
//
//   record ─ queue of the exporter ─ meter ─ each interval ─ encode ─ gzip ─ send ─┬─ 2xx: done
//                                      └──────────── what nobody has taken ────────┴─ other: with the next
//
// Cumulative points that nobody has taken are part of the next ones; delta points go back to their meter.
// There is no spool: what waits is in the meters, whose size has a bound. Receivers are told of different
// times by no two threads at once.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "measures/meter.h"
#include "otlp_metrics.h"
#include "sink.h"

namespace callback_otel {

struct MetricOptions {
    std::chrono::milliseconds interval{60'000};
    measures::Temporality temporality = measures::Temporality::Cumulative;
    size_t sets_max = 2'000;
    std::vector<std::string> more;  // attributes that are asked for: measures::genAiMeasurements()
};

class MetricExport {
public:
    MetricExport(MetricOptions options, Common common, const sluice::Host& host);
    ~MetricExport() { close(); }
    MetricExport(const MetricExport&) = delete;
    MetricExport& operator=(const MetricExport&) = delete;

    /// A receiver of which there may be records. A stream that an older generation has goes on in this one
    /// only if this one knows of it before the older one ends. [any]
    void know(const exporters::Destination& to);
    /// Of one record. [any]
    void add(const exporters::Destination& to, const exporters::Node& record);
    /// Begins to send by `exporter`, which outlives this. [control]
    void start(exporters::Exporter& exporter);
    /// Sends what there is for at most the exporter's drain and a request's timeout. [control]
    void close();

private:
    using Clock = std::chrono::steady_clock;
    // A meter, and the name under which its receiver knows it. Generations of a configuration that say the
    // same of a receiver count on in one stream, or its sums would jump between those of the old generation
    // and of the new one.
    struct Stream {
        Stream(const MetricOptions& options, const sluice::Host& host);
        measures::Meter meter;
        const std::string instance_id;
    };
    struct Lane {
        exporters::Destination to;
        std::shared_ptr<Stream> stream;
        Clock::time_point due;
        uint32_t failures = 0;  // in a row
        bool busy = false;      // a thread has it
        bool done = false;      // at the end: nothing is left, or it cannot go
    };
    struct Outcome {
        bool later = false;                  // it has to be tried again
        std::chrono::milliseconds pause{0};  // at least, as the receiver wishes
    };

    static std::shared_ptr<Stream> streamOf(const std::string& key, const MetricOptions& options,
                                            const sluice::Host& host);
    Lane& laneOf(const exporters::Destination& to);
    Lane* pick(Clock::time_point now, Clock::time_point& next);
    void run();
    void settle(Lane& lane, const Outcome& outcome, bool last);
    Outcome send(const exporters::Destination& to, Stream& stream, bool last);
    size_t sendFrom(const exporters::Destination& to, Stream& stream, const measures::Collection& all,
                    size_t at, size_t& step, exporters::Answer& answer);
    void giveUp();
    std::chrono::milliseconds timeLeft() const;

    const MetricOptions options_;
    const Common common_;
    const sluice::Host host_;
    const std::string form_;  // what tells one stream from another beside the receiver
    exporters::Exporter* exporter_ = nullptr;
    std::vector<std::thread> threads_;  // [control]

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Lane> lanes_;  // guarded by mutex_, as is the rest
    uint64_t dice_ = 0;
    bool closing_ = false;
    Clock::time_point end_{};
};

}  // namespace callback_otel
