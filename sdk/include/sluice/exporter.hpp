// Completion records in batches, with one method to write: for a queue, a database, somebody else's endpoint.
//
//   struct Shipper : sluice::Exporter {
//       Shipper(std::string_view config, sluice::Host host) : Exporter(host) { … }
//       bool write(const std::vector<std::string>& records) override {   // JSON, one record each
//           return host().http({url_, "POST", {}, sluice::lines(records)}).ok();
//       }
//   };
//   SLUICE_PLUGIN(Shipper,
//   R"({…,"interfaces":["sluice.hooks/1"],"hooks":["on_complete"],"callbacks":["shipper"]})")
//
// write() runs on a thread that may block, never twice at once, and no request waits for it: on_complete only
// puts the record into a queue. A batch is due when it is full or when its oldest record has waited long
// enough. False, or an exception, means that nothing of it was taken: the batch stays, in order, and is tried
// again later. The queue has a bound: what does not fit is dropped and counted, in dropped() and in the
// metric sluice_exporter_dropped_total. What is left when the instance ends (reload, shutdown) is written
// then; what fails then is lost, counted and logged.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>

#include <sluice/plugin.hpp>

namespace sluice {

struct ExporterOptions {
    size_t batch_max = 100;     // records of one write()
    uint32_t wait_ms = 1'000;   // for how long a record waits for others; also the pause after a failure
    size_t queue_max = 10'000;  // records held; more are dropped. At 4 KB a record that is 40 MB
};

/// The records as JSON lines.
inline std::string lines(const std::vector<std::string>& records) {
    std::string all;
    for (const auto& record : records) all += record + "\n";
    return all;
}

class Exporter {
public:
    virtual ~Exporter() { stop(); }

    /// At most batch_max records, the oldest first, as sluice_record.json has them. [offload] [control]
    virtual bool write(const std::vector<std::string>& records) = 0;

    /// What the SDK calls.
    void on_complete(const sluice_record& record) {
        const std::lock_guard lock(mutex_);
        start();
        if (queue_.size() >= options_.queue_max) return drop(1);
        if (queue_.empty()) oldest_ms_ = host_.monotonicMs();
        queue_.emplace_back(view(record.json));
    }
    /// What the SDK calls, before the object is destroyed.
    void closing() {
        stop();
        while (writeBatch()) continue;
        const std::lock_guard lock(mutex_);
        if (queue_.empty()) return;
        host_.error("exporter: " + std::to_string(queue_.size()) +
                    " records could not be written at the end");
        drop(queue_.size());
        queue_.clear();
    }

    uint64_t dropped() const { return dropped_; }

protected:
    explicit Exporter(Host host, ExporterOptions options = {})
        : host_(host),
          options_(options),
          dropped_metric_(host.counter("sluice_exporter_dropped_total", "Records that an exporter dropped")) {
        if (options_.batch_max == 0) options_.batch_max = 1;
    }
    Exporter(const Exporter&) = delete;
    Exporter& operator=(const Exporter&) = delete;
    const Host& host() const { return host_; }

private:
    // Not in the constructor: the timer would find an object whose write() is not there yet.
    void start() {
        if (timer_ > 0) return;
        const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
        const uint32_t tick_ms = std::clamp<uint32_t>(options_.wait_ms / 2, 10, 100);
        if (timers) timer_ = timers->every(host_.raw(), tick_ms, tick, this);
    }
    void stop() {
        int64_t timer = 0;
        {
            const std::lock_guard lock(mutex_);
            std::swap(timer, timer_);
        }
        // Without the lock: it waits for a write that runs, which takes it.
        const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
        if (timers && timer > 0) (void)timers->cancel(host_.raw(), timer);
    }
    static void tick(void* self) { static_cast<Exporter*>(self)->writeDue(); }

    void writeDue() {
        while (isDue() && writeBatch()) continue;
    }
    bool isDue() {
        const std::lock_guard lock(mutex_);
        const int64_t now = host_.monotonicMs();
        if (queue_.empty() || now < retry_ms_) return false;
        return queue_.size() >= options_.batch_max || now - oldest_ms_ >= options_.wait_ms;
    }

    // False: there is nothing to write, or it failed.
    bool writeBatch() {
        std::vector<std::string> batch;
        {
            const std::lock_guard lock(mutex_);
            const size_t size = std::min(queue_.size(), options_.batch_max);
            batch.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size));
        }
        if (batch.empty()) return false;
        std::string why = "write() said no";
        const auto tell = [&](std::string_view text) { why = text; };
        const bool written = detail::contained(false, tell, [&] { return write(batch); });
        const std::lock_guard lock(mutex_);
        // Once for each change: an endpoint that is down must not fill the log.
        if (written == failing_) host_.warn(written ? "exporter: records go out again" : "exporter: " + why);
        failing_ = !written;
        retry_ms_ = written ? 0 : host_.monotonicMs() + options_.wait_ms;
        if (!written) return false;
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(batch.size()));
        oldest_ms_ = host_.monotonicMs();
        return true;
    }
    void drop(size_t records) {
        dropped_ += records;
        dropped_metric_.record(static_cast<double>(records));
    }

    Host host_;
    ExporterOptions options_;
    Metric dropped_metric_;
    std::atomic<uint64_t> dropped_{0};
    std::mutex mutex_;
    // Guarded by mutex_ from here on.
    std::deque<std::string> queue_;  // what is being written stays in front until it is
    int64_t oldest_ms_ = 0;          // since when the front has waited, or a moment later
    int64_t retry_ms_ = 0;
    int64_t timer_ = 0;
    bool failing_ = false;
};

}  // namespace sluice
