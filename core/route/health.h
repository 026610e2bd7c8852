// What is known of one deployment from the traffic that it serves: is it in service, how fast is it, how much
// did it do this minute. One object a deployment and process, whatever the generation; reads are lock-free.
//
//            5 failures in a row              pause over, one probe           probe fine
//   Serving ---------------------> Open -----------------------> HalfOpen ---------------> Recovering ->
//   Serving
//      |  429, bad key, too many failures                            | probe failed: Open again
//      +---------------------> CoolingDown -> Serving
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "config/settings.h"
#include "route/failure.h"

namespace sluice::route {

class HealthBook;

class Health {
public:
    explicit Health(HealthBook& book) : book_(book) {}  // which must outlive it
    ~Health() { trouble(false); }
    Health(const Health&) = delete;
    Health& operator=(const Health&) = delete;

    enum class State { Serving, CoolingDown, Open, HalfOpen, Recovering };
    State state(base::TimePoint now, const config::Cooldown& rules) const;
    static const char* name(State state);

    /// May it get a request now? `chance`: 32 random bits, which decide while it recovers. [any]
    bool mayServe(base::TimePoint now, uint32_t chance, const config::Cooldown& rules) const;
    /// When it is back; `now` or before if it is there.
    base::TimePoint backAt() const {
        return base::TimePoint(base::Duration(until_.load(std::memory_order_relaxed)));
    }

    /// A request goes there. False: it is half open and another one is finding out. Each true is followed by
    /// one of the next three. [any]
    bool begin(base::TimePoint now);
    void succeed(base::TimePoint now);
    /// `alone`: there is no other deployment in its group. True if it is out of service from now on.
    bool fail(const Failure& failure, bool alone, base::TimePoint now, const config::Deployment& deployment,
              const config::Cooldown& rules);
    /// It says nothing about the deployment: the client left.
    void forget();

    // --- figures ---
    void noteLatency(base::Duration first_byte, base::TimePoint now);
    uint64_t latencyUs(base::TimePoint now) const;
    void noteTokens(uint64_t tokens, int64_t wall_ms);
    void noteRequest(int64_t wall_ms);
    struct Minute {
        uint64_t requests, tokens, failures;
    };
    /// Of the minute that runs, see HealthBook::turn, with what other gateways have used.
    Minute minute() const;
    struct OwnMinute {
        uint64_t number;  // since the Unix epoch
        uint64_t requests, tokens;
    };
    OwnMinute ownMinute() const;

    // --- what other gateways know (host_deployments.h) ---
    void noteElsewhere(uint64_t minute, uint64_t requests, uint64_t tokens);
    void takeOutElsewhere(base::TimePoint until);
    /// For how long from `now` it is out of service, as we found ourselves; 0: it is not.
    base::Duration foundOut(base::TimePoint now) const;
    double failureRate() const { return failure_rate_.load(std::memory_order_relaxed); }
    FailureClass lastFailure() const { return last_failure_.load(std::memory_order_relaxed); }
    uint64_t failures() const { return failures_ever_.load(std::memory_order_relaxed); }
    uint64_t requests() const { return requests_ever_.load(std::memory_order_relaxed); }

    /// A probe found that it can be reached, or not.
    void noteProbe(bool reached, int64_t wall_ms) {
        probe_.store(reached ? wall_ms : -wall_ms, std::memory_order_relaxed);
    }
    struct Probe {
        int64_t wall_ms;  // 0: there was none
        bool reached;
    };
    Probe lastProbe() const {
        const int64_t probe = probe_.load(std::memory_order_relaxed);
        return {probe < 0 ? -probe : probe, probe > 0};
    }

    std::atomic<uint32_t> in_flight{0};

private:
    using Ticks = base::Clock::rep;
    static Ticks ticks(base::TimePoint t) { return t.time_since_epoch().count(); }
    void turnMinute(int64_t wall_ms);
    bool coolsDown(const Failure& failure, bool alone, base::TimePoint now, const config::Cooldown& rules);
    void takeOut(base::TimePoint until, bool breaker);
    void trouble(bool on);
    void countOutcome(bool failed);

    HealthBook& book_;
    std::atomic<Ticks> until_{0};                 // out of service until then; 0 = in service
    std::atomic<bool> open_{false};               // by the breaker: comes back with a probe
    std::atomic<bool> probing_{false};            // one request is finding out
    mutable std::atomic<Ticks> recovered_at_{0};  // 0: long ago
    std::atomic<uint32_t> in_a_row_{0};
    std::atomic<uint32_t> opens_{0};  // in a row
    std::atomic<bool> troubled_{false};
    std::atomic<Ticks> window_began_{0};  // of what allowed_fails counts
    std::atomic<uint32_t> window_fails_{0};
    std::atomic<int64_t> minute_{0};
    std::atomic<uint64_t> minute_requests_{0}, minute_tokens_{0}, minute_failures_{0};
    std::atomic<int64_t> elsewhere_minute_{0};
    std::atomic<uint64_t> elsewhere_requests_{0}, elsewhere_tokens_{0};
    std::atomic<Ticks> told_until_{0};  // out of service until then, as others say
    std::atomic<uint64_t> requests_ever_{0}, failures_ever_{0};
    std::atomic<FailureClass> last_failure_{FailureClass::ServerError};
    std::atomic<double> failure_rate_{0};  // of the last ten or so
    std::atomic<int64_t> probe_{0};        // since the Unix epoch; negative: not reached
    std::atomic<uint64_t> latency_us_{0};
    std::atomic<Ticks> latency_at_{0};
};

/// All of them, by the id of the deployment; outlives generations, so that a reload forgets nothing.
class HealthBook {
public:
    std::shared_ptr<Health> of(const std::string& id);  // [control]
    /// Null if there is none. [any]
    std::shared_ptr<Health> find(std::string_view id);
    /// Which minute it is: for whoever is about to look at figures of the minute. [any]
    void turn(int64_t wall_ms) const {
        const int64_t minute = wall_ms / 60'000;
        if (minute_.load(std::memory_order_relaxed) != minute)
            minute_.store(minute, std::memory_order_relaxed);
    }
    /// Is any of them not simply in service? While none is, nobody has to be asked. [any]
    bool troubled() const { return troubled_.load(std::memory_order_relaxed) != 0; }

private:
    friend class Health;
    std::mutex mutex_;
    std::unordered_map<std::string, std::weak_ptr<Health>> all_;  // guarded by mutex_
    std::atomic<int32_t> troubled_{0};
    mutable std::atomic<int64_t> minute_{0};  // since the Unix epoch, of the last turn()
};

}  // namespace sluice::route
