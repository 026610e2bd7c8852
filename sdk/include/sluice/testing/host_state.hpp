// What of the fake host belongs to no request: log, metrics, secrets, clock, timers, capabilities.
#pragma once

#include <sluice/testing/abi_release.hpp>
#include <sluice/testing/http_script.hpp>

#include <map>
#include <set>

namespace sluice::testing {

struct PluginData;

struct LogLine {
    int32_t level;  // SLUICE_LOG_*
    std::string text;
};

struct MetricData {
    int32_t kind;
    std::string name;
    std::vector<std::string> labels;
    std::map<std::vector<std::string>, double> series;  // by label values; of a histogram: the sum
    std::map<std::vector<std::string>, size_t> counts;  // recordings
};

struct Timer {
    int64_t id;
    uint32_t interval_ms;
    int64_t due_ms;
    void (*fn)(void*);
    void* arg;
    const PluginData* plugin;
};

struct KvEntry {
    std::string value;
    int64_t end_ms;
};

/// Public members are the test's to read and to set.
class HostState {
public:
    /// The release of the ABI whose tables and structs plugins are given.
    const Abi abi;
    std::vector<LogLine> log;
    HttpScript http;
    /// By handle. A plugin sees those that its configuration names as {"$secret":"HANDLE"}.
    std::map<std::string, std::string, std::less<>> secrets;
    /// What sluice.host.kv/1 keeps; all plugins of this host share it.
    std::map<std::string, KvEntry, std::less<>> kv;
    /// What plugins may have beyond their request: "net" (http), "kv", "raw_bytes", "admin". Asked when the
    /// plugin is loaded.
    std::set<std::string, std::less<>> capabilities{"net", "kv"};
    /// What sluice.host.services/1 finds, by the interface's id, whichever instance is named. In a program of
    /// several plugins: {FakePlugin::service(id)}.
    std::map<std::string, sluice_service, std::less<>> services;
    /// guardrail_name of the instances, or their id.
    std::string guardrail_name = "guard";
    /// What sluice.host.metrics/1 answers to text().
    std::string metrics_text;
    /// What sluice.host.admin/1 says.
    std::string admin_status = R"({"generation":1})";
    std::vector<std::string> reload_faults;
    size_t reloads = 0;

    bool logged(std::string_view part) const {
        return std::any_of(log.begin(), log.end(),
                           [&](const LogLine& line) { return line.text.find(part) != std::string::npos; });
    }
    /// The value of a series; 0 if there is none.
    double metric(std::string_view name, const std::vector<std::string>& labels = {}) const {
        const MetricData* m = findMetric(name);
        const auto found = m ? m->series.find(labels) : decltype(m->series.find(labels)){};
        return m && found != m->series.end() ? found->second : 0;
    }
    /// How often that series was recorded.
    size_t recorded(std::string_view name, const std::vector<std::string>& labels = {}) const {
        const MetricData* m = findMetric(name);
        const auto found = m ? m->counts.find(labels) : decltype(m->counts.find(labels)){};
        return m && found != m->counts.end() ? found->second : 0;
    }

    int64_t wallMs() const { return now_ms_; }
    /// Moves the clock, and runs the timers that fall due, each at its time.
    void advance(int64_t ms);
    /// Where the host's random numbers begin; the same seed, the same numbers.
    void seed(uint64_t seed) { random_ = seed; }
    uint64_t random() {  // splitmix64
        uint64_t z = (random_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    std::vector<MetricData> metrics;
    std::vector<Timer> timers;
    int64_t last_timer = 0;

protected:
    explicit HostState(Abi release) : abi(release) {}
    HostState(const HostState&) = delete;
    HostState& operator=(const HostState&) = delete;
    ~HostState() = default;

private:
    const MetricData* findMetric(std::string_view name) const {
        for (const auto& m : metrics) {
            if (m.name == name) return &m;
        }
        return nullptr;
    }

    int64_t now_ms_ = 1'700'000'000'000;
    uint64_t random_ = 1;
};

}  // namespace sluice::testing
