#include "metric_export.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>

#include "exporters/hmac.h"
#include "exporters/retry.h"
#include "measures/gen_ai.h"

namespace callback_otel {

using exporters::Destination;
using std::chrono::milliseconds;

namespace {

// RFC 9562, 5.4.
std::string randomUuid(const sluice::Host& host) {
    std::string bytes;
    for (int i = 0; i < 2; ++i) {
        const uint64_t number = host.random();
        for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(number >> shift);
    }
    bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
    std::string text = exporters::hexOf(bytes);
    for (const size_t at : {8, 13, 18, 23}) text.insert(at, "-");
    return text;
}

}  // namespace

MetricExport::Stream::Stream(const MetricOptions& options, const sluice::Host& host)
    : meter(measures::genAiInstruments(), options.temporality, options.sets_max, host.wallMs()),
      instance_id(randomUuid(host)) {}

std::shared_ptr<MetricExport::Stream> MetricExport::streamOf(const std::string& key,
                                                             const MetricOptions& options,
                                                             const sluice::Host& host) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Stream>> known;
    const std::lock_guard lock(mutex);
    for (auto one = known.begin(); one != known.end();)
        one = one->second.expired() ? known.erase(one) : ++one;
    auto stream = known[key].lock();
    if (!stream) known[key] = stream = std::make_shared<Stream>(options, host);
    return stream;
}

MetricExport::MetricExport(MetricOptions options, Common common, const sluice::Host& host)
    : options_(std::move(options)),
      common_(std::move(common)),
      host_(host),
      form_([this] {
          exporters::JsonText text;
          exporters::writeAttributes(text.beginObject(), common_.resource);
          std::string form = text.take() + "\n" + std::to_string(static_cast<int>(options_.temporality)) +
                             "\n" + std::to_string(options_.sets_max);
          for (const auto& name : options_.more) form += "\n" + name;
          return form;
      }()),
      dice_(host.random()) {}

// Under mutex_.
MetricExport::Lane& MetricExport::laneOf(const Destination& to) {
    Lane& lane = lanes_[to.id];
    const bool fresh = !lane.stream;
    if (fresh || lane.to.fields != to.fields) lane.to = to;  // its credentials may be newer
    if (fresh) {
        lane.stream = streamOf(to.id + "\n" + form_, options_, host_);
        lane.due = Clock::now() + options_.interval;
        changed_.notify_one();
    }
    return lane;
}

void MetricExport::know(const Destination& to) {
    const std::lock_guard lock(mutex_);
    if (lanes_.size() < exporters::kDestinationsMax) (void)laneOf(to);
}

void MetricExport::add(const Destination& to, const exporters::Node& record) {
    const auto measurements = measures::genAiMeasurements(record, options_.more);
    std::shared_ptr<Stream> stream;
    {
        const std::lock_guard lock(mutex_);
        stream = laneOf(to).stream;
    }
    stream->meter.add(measurements);
}

void MetricExport::start(exporters::Exporter& exporter) {
    exporter_ = &exporter;
    // The signals are the gateway's.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 0; i < exporter.options().senders; ++i) threads_.emplace_back([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void MetricExport::close() {
    {
        const std::lock_guard lock(mutex_);
        if (closing_ || !exporter_) return;
        closing_ = true;
        end_ = Clock::now() + exporter_->options().drain;
        for (auto& [id, lane] : lanes_) lane.due = {};
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    giveUp();
}

// What is in a stream that nobody else goes on with is lost.
void MetricExport::giveUp() {
    uint64_t records = 0;
    for (auto& [id, lane] : lanes_) {
        if (lane.stream.use_count() == 1) records += lane.stream->meter.collect(host_.wallMs()).records;
    }
    lanes_.clear();
    if (records > 0) exporter_->drop(records, "closing");
}

milliseconds MetricExport::timeLeft() const {
    const auto timeout = exporter_->options().timeout;
    const std::lock_guard lock(mutex_);
    if (!closing_) return timeout;
    const auto left = std::chrono::duration_cast<milliseconds>(end_ - Clock::now());
    // As for all exporters: not so little that nobody could answer.
    return std::clamp(left, std::min(milliseconds(100), timeout), timeout);
}

// Under mutex_. Null: none before `next`.
MetricExport::Lane* MetricExport::pick(Clock::time_point now, Clock::time_point& next) {
    next = now + std::chrono::seconds(1);
    Lane* first = nullptr;
    for (auto& [id, lane] : lanes_) {
        if (lane.busy || lane.done) continue;
        if (lane.due > now) {
            next = std::min(next, lane.due);
        } else if (!first || lane.due < first->due) {
            first = &lane;
        }
    }
    return first;
}

void MetricExport::run() {
    (void)pthread_setname_np(pthread_self(), "sluice-metrics");
    std::unique_lock lock(mutex_);
    for (;;) {
        Clock::time_point next;
        const auto now = Clock::now();
        if (closing_ && now >= end_ + milliseconds(1)) return;
        Lane* lane = pick(now, next);
        if (!lane) {
            const bool waits = std::any_of(lanes_.begin(), lanes_.end(), [](const auto& one) {
                return !one.second.done && !one.second.busy;
            });
            if (closing_ && !waits) return;
            changed_.wait_until(lock, next);
            continue;
        }
        lane->busy = true;
        const Destination to = lane->to;
        const auto stream = lane->stream;
        const bool last = closing_;
        lock.unlock();
        const Outcome outcome = send(to, *stream, last);
        lock.lock();
        lane->busy = false;
        settle(*lane, outcome, last);
    }
}

// Under mutex_.
void MetricExport::settle(Lane& lane, const Outcome& outcome, bool last) {
    const auto now = Clock::now();
    if (!outcome.later) {
        lane.failures = 0;
        lane.done = last;
        lane.due = closing_ ? now : now + options_.interval;
        return;
    }
    ++lane.failures;
    dice_ = dice_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
    lane.due = now + std::max(exporters::pauseAfter(exporter_->options(), lane.failures, dice_ >> 33),
                              outcome.pause);
    lane.done = closing_ && lane.due >= end_;
}

}  // namespace callback_otel
