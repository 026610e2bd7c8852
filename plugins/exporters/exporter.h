// What the plugins derive from: an exporter is its Sink, and this.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "accounts/watcher.h"
#include "path.h"
#include "policy.h"
#include "sink.h"

namespace exporters {

/// What a plugin brings.
struct Setup {
    /// Of the callback: the first is the label of its metrics, any of them is meant by a key's `logging`.
    std::vector<std::string> names;
    std::unique_ptr<const Sink> sink;
    /// Null: only keys and teams have one.
    std::shared_ptr<const Destination> usual;
    /// Where it is not HTTP that records go by: status 200 for what has gone out, 0 for what has not.
    Send send = nullptr;
    /// For a sink whose items are not what a receiver gets, since it adds records up: records count as
    /// delivered when the plugin says so (Exporter::deliver), and at the end, when all have been encoded,
    /// this sends what is left.
    std::function<void()> last = nullptr;
};

class Exporter {
public:
    /// Throws sluice::ConfigError. [control]
    Exporter(const nlohmann::json& config, const sluice::Host& host, Setup setup);
    Exporter(const Exporter&) = delete;
    Exporter& operator=(const Exporter&) = delete;

    // What the SDK calls.
    void start();
    void on_complete(const sluice_record& record);
    void closing();
    /// The first part of closing(), which has to be on the thread of the control; the rest may go on another
    /// one, beside those of other exporters. [control]
    void leaveStore() { watcher_.reset(); }

    // For what Setup::last is for. [any]
    void deliver(size_t records);
    /// They are lost; `why` as in Events.
    void drop(size_t records, const char* why);
    /// Asks a receiver, and counts the answer. Blocks.
    Answer ask(const Outgoing& request, milliseconds timeout) const;
    /// One line of a `kind` a minute.
    void warn(const std::string& kind, const std::string& text);
    const Options& options() const { return options_; }
    /// Of the configuration, and of the keys and teams that have their own.
    std::vector<std::shared_ptr<const Destination>> destinations() const { return policy_.destinations(); }

private:
    struct Metrics {
        explicit Metrics(const sluice::Host& host);
        sluice::Metric taken, delivered, dropped, requests, queue_records, queue_bytes, spool_bytes;
    };

    Events events();
    Answer call(const Outgoing& request, milliseconds timeout) const;
    void sumUp();
    void show(uint64_t records, uint64_t bytes, uint64_t spool_bytes);

    struct Told {
        int64_t at_ms = 0;
        uint64_t silent = 0;  // since then
    };

    const sluice::Host host_;
    const Options options_;
    const std::string store_;
    const std::string label_;
    const Metrics metrics_;
    std::mutex told_mutex_;
    std::map<std::string, Told> told_;             // guarded by told_mutex_, as are shown_…
    std::map<std::string, uint64_t> dropped_why_;  // and this
    std::atomic<uint64_t> taken_{0}, delivered_{0};
    uint64_t shown_records_ = 0, shown_bytes_ = 0, shown_spool_bytes_ = 0;
    const std::unique_ptr<const Sink> sink_;
    const Send send_;                   // null: HTTP
    const std::function<void()> last_;  // null: what is sent is delivered
    Policy policy_;
    Path path_;
    std::unique_ptr<accounts::Watcher> watcher_;  // last: nobody is told any more when the rest goes
};

}  // namespace exporters
