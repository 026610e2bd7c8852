#include "route/health.h"

#include <algorithm>
#include <cmath>

namespace sluice::route {

using base::Duration;
using base::TimePoint;

namespace {

constexpr double kLatencyDecaySeconds = 10;
constexpr int64_t kLatencyHalfMs = 6'931;  // the same as a half-life
constexpr double kOutcomeWeight = 0.1;     // of the newest in the rate of failures
constexpr double kFirstShare = 0.1;        // of its requests that a deployment gets when it comes back
constexpr uint32_t kPauseDoublingsMax =
    4;  // adaptive: a deployment that stays broken is asked ever less often

int64_t minuteOf(int64_t wall_ms) { return wall_ms / 60'000; }

bool countsForRate(const Failure& f) {
    return f.kind == FailureClass::RateLimit || f.kind == FailureClass::Authentication ||
           f.kind == FailureClass::Payment || f.kind == FailureClass::NotFound ||
           f.kind == FailureClass::Timeout || f.kind == FailureClass::ServerError ||
           f.kind == FailureClass::Malformed;
}

}  // namespace

const char* Health::name(State state) {
    switch (state) {
        case State::Serving:
            return "serving";
        case State::CoolingDown:
            return "cooling_down";
        case State::Open:
            return "open";
        case State::HalfOpen:
            return "half_open";
        case State::Recovering:
            return "recovering";
    }
    return "serving";
}

Health::State Health::state(TimePoint now, const config::Cooldown& rules) const {
    const Ticks until = until_.load(std::memory_order_relaxed);
    const bool open = open_.load(std::memory_order_relaxed);
    if (until > ticks(now)) return open ? State::Open : State::CoolingDown;
    if (until != 0 && open) return State::HalfOpen;
    const Ticks since = recovered_at_.load(std::memory_order_relaxed);
    const bool recovers =
        since != 0 && now - TimePoint(Duration(since)) < base::milliseconds(rules.slow_start_ms);
    return recovers ? State::Recovering : State::Serving;
}

bool Health::mayServe(TimePoint now, uint32_t chance, const config::Cooldown& rules) const {
    switch (state(now, rules)) {
        case State::Serving:
            // Nobody has to ask again once the slow start is over; the next success says so to the book.
            if (recovered_at_.load(std::memory_order_relaxed) != 0)
                recovered_at_.store(0, std::memory_order_relaxed);
            return true;
        case State::CoolingDown:
        case State::Open:
            return false;
        case State::HalfOpen:
            return !probing_.load(std::memory_order_relaxed);
        case State::Recovering:
            break;
    }
    const auto since = now - TimePoint(Duration(recovered_at_.load(std::memory_order_relaxed)));
    const double risen = base::toMillis(since) / std::max<double>(1, rules.slow_start_ms);
    return chance < (kFirstShare + (1 - kFirstShare) * risen) * 4294967296.0;
}

bool Health::begin(TimePoint now) {
    const Ticks until = until_.load(std::memory_order_relaxed);
    if (until == 0 || !open_.load(std::memory_order_relaxed)) return true;
    // Open and not over: the last resort may be asked all the same, but finds out nothing for the others.
    if (until > ticks(now)) return true;
    return !probing_.exchange(true, std::memory_order_acq_rel);
}

void Health::succeed(TimePoint now) {
    countOutcome(false);
    if (in_a_row_.load(std::memory_order_relaxed) != 0) in_a_row_.store(0, std::memory_order_relaxed);
    const Ticks until = until_.load(std::memory_order_relaxed);
    if (until == 0) {
        if (troubled_.load(std::memory_order_relaxed) && recovered_at_.load(std::memory_order_relaxed) == 0)
            trouble(false);
        return;
    }
    const bool was_open = open_.load(std::memory_order_relaxed);
    // One that began before the deployment was taken out does not bring it back.
    if (until > ticks(now) && !(was_open && probing_.load(std::memory_order_relaxed))) return;
    until_.store(0, std::memory_order_relaxed);
    opens_.store(0, std::memory_order_relaxed);
    if (open_.exchange(false))
        recovered_at_.store(ticks(now), std::memory_order_relaxed);
    else
        trouble(false);
    probing_.store(false, std::memory_order_release);
}

void Health::forget() { probing_.store(false, std::memory_order_release); }

bool Health::fail(const Failure& failure, bool alone, TimePoint now, const config::Deployment& deployment,
                  const config::Cooldown& rules) {
    if (!blames(failure.kind)) {
        forget();
        return false;
    }
    countOutcome(true);
    failures_ever_.fetch_add(1, std::memory_order_relaxed);
    last_failure_.store(failure.kind, std::memory_order_relaxed);
    minute_failures_.fetch_add(1, std::memory_order_relaxed);
    bool out = false;
    const bool cools = rules.enabled && coolsDown(failure, alone, now, rules);
    if (cools) {
        const auto pause = deployment.cooldown_ms
                               ? base::milliseconds(*deployment.cooldown_ms)
                               : failure.retry_after.value_or(base::milliseconds(rules.cooldown_ms));
        if (pause.count() > 0) {
            takeOut(now + pause, false);
            out = true;
        }
    }
    // A rate limit is no breakage: it has its cooldown.
    if (failure.kind != FailureClass::RateLimit && rules.breaker_failures > 0) {
        const uint32_t in_a_row = in_a_row_.fetch_add(1, std::memory_order_relaxed) + 1;
        uint32_t threshold = rules.breaker_failures;
        auto pause = base::milliseconds(rules.breaker_pause_ms);
        if (rules.adaptive) {
            threshold =
                std::max<uint32_t>(2, static_cast<uint32_t>(std::lround(threshold * (1 - failureRate()))));
            pause *= 1 << std::min(opens_.load(std::memory_order_relaxed), kPauseDoublingsMax);
        }
        if (in_a_row >= threshold || open_.load(std::memory_order_relaxed)) {
            if (ticks(now) >= until_.load(std::memory_order_relaxed))
                opens_.fetch_add(1, std::memory_order_relaxed);
            takeOut(now + pause, true);
            out = true;
        }
    }
    forget();
    return out;
}

// litellm/router_utils/cooldown_handlers.py
bool Health::coolsDown(const Failure& failure, bool alone, TimePoint now, const config::Cooldown& rules) {
    const auto policy = policyClass(failure.kind);
    std::optional<uint32_t> allowed =
        policy ? rules.allowed_by_class[static_cast<size_t>(*policy)] : std::nullopt;
    if (!allowed) allowed = rules.allowed_fails;
    if (!countsForRate(failure)) return false;
    if (allowed) {
        const Ticks began = window_began_.load(std::memory_order_relaxed);
        if (now - TimePoint(Duration(began)) > base::milliseconds(rules.cooldown_ms)) {
            window_began_.store(ticks(now), std::memory_order_relaxed);
            window_fails_.store(0, std::memory_order_relaxed);
        }
        return window_fails_.fetch_add(1, std::memory_order_relaxed) + 1 > *allowed;
    }
    const uint64_t requests = minute_requests_.load(std::memory_order_relaxed);
    const uint64_t failures = minute_failures_.load(std::memory_order_relaxed);
    switch (failure.kind) {
        case FailureClass::RateLimit:
            if (!alone) return true;
            break;
        case FailureClass::Authentication:
        case FailureClass::Payment:
        case FailureClass::NotFound:
            return true;
        default:
            break;
    }
    if (requests >= 1000 && failures >= requests) return true;
    return !alone && requests >= 5 && failures * 2 > requests;
}

// The longer pause stands: who is asked to wait for a minute is not back after five seconds.
void Health::takeOut(TimePoint until, bool breaker) {
    if (breaker) open_.store(true, std::memory_order_relaxed);
    recovered_at_.store(0, std::memory_order_relaxed);
    Ticks before = until_.load(std::memory_order_relaxed);
    while (before < ticks(until) && !until_.compare_exchange_weak(before, ticks(until))) {
    }
    trouble(true);
}

void Health::trouble(bool on) {
    if (troubled_.exchange(on) != on) book_.troubled_.fetch_add(on ? 1 : -1, std::memory_order_relaxed);
}

void Health::countOutcome(bool failed) {
    const double before = failure_rate_.load(std::memory_order_relaxed);
    if (!failed && before == 0) return;
    const double after = before + kOutcomeWeight * ((failed ? 1 : 0) - before);
    failure_rate_.store(after < 1e-3 ? 0 : after, std::memory_order_relaxed);
}

void Health::noteLatency(Duration first_byte, TimePoint now) {
    const auto us = static_cast<uint64_t>(
        std::max<int64_t>(1, std::chrono::duration_cast<std::chrono::microseconds>(first_byte).count()));
    const uint64_t before = latency_us_.load(std::memory_order_relaxed);
    const double age =
        base::toMillis(now - TimePoint(Duration(latency_at_.load(std::memory_order_relaxed)))) / 1000;
    latency_at_.store(ticks(now), std::memory_order_relaxed);
    if (before == 0 || us >= before) {
        latency_us_.store(us, std::memory_order_relaxed);
        return;
    }
    const double keep = std::exp(-age / kLatencyDecaySeconds);
    latency_us_.store(us + static_cast<uint64_t>(static_cast<double>(before - us) * keep),
                      std::memory_order_relaxed);
}

// What nobody asks sinks, too, or it would never be asked again. A straight line between the halvings will
// do.
uint64_t Health::latencyUs(TimePoint now) const {
    const uint64_t us = latency_us_.load(std::memory_order_relaxed);
    const auto age = now - TimePoint(Duration(latency_at_.load(std::memory_order_relaxed)));
    if (us == 0 || age <= Duration::zero()) return us;
    const int64_t ms = std::chrono::duration_cast<base::milliseconds>(age).count();
    const uint64_t halved = us >> std::min<int64_t>(ms / kLatencyHalfMs, 40);
    return std::max<uint64_t>(
        1, halved - halved / 2 * static_cast<uint64_t>(ms % kLatencyHalfMs) / kLatencyHalfMs);
}

void Health::turnMinute(int64_t wall_ms) {
    int64_t before = minute_.load(std::memory_order_relaxed);
    if (before == minuteOf(wall_ms) || !minute_.compare_exchange_strong(before, minuteOf(wall_ms))) return;
    for (auto* counter : {&minute_requests_, &minute_tokens_, &minute_failures_})
        counter->store(0, std::memory_order_relaxed);
}

void Health::noteRequest(int64_t wall_ms) {
    book_.turn(wall_ms);
    turnMinute(wall_ms);
    minute_requests_.fetch_add(1, std::memory_order_relaxed);
    requests_ever_.fetch_add(1, std::memory_order_relaxed);
}

void Health::noteTokens(uint64_t tokens, int64_t wall_ms) {
    turnMinute(wall_ms);
    minute_tokens_.fetch_add(tokens, std::memory_order_relaxed);
}

Health::Minute Health::minute() const {
    const int64_t now = book_.minute_.load(std::memory_order_relaxed);
    Minute sum{0, 0, 0};
    if (minute_.load(std::memory_order_relaxed) == now)
        sum = {minute_requests_.load(std::memory_order_relaxed),
               minute_tokens_.load(std::memory_order_relaxed),
               minute_failures_.load(std::memory_order_relaxed)};
    if (elsewhere_minute_.load(std::memory_order_relaxed) != now) return sum;
    sum.requests += elsewhere_requests_.load(std::memory_order_relaxed);
    sum.tokens += elsewhere_tokens_.load(std::memory_order_relaxed);
    return sum;
}

Health::OwnMinute Health::ownMinute() const {
    return {static_cast<uint64_t>(minute_.load(std::memory_order_relaxed)),
            minute_requests_.load(std::memory_order_relaxed), minute_tokens_.load(std::memory_order_relaxed)};
}

void Health::noteElsewhere(uint64_t minute, uint64_t requests, uint64_t tokens) {
    elsewhere_requests_.store(requests, std::memory_order_relaxed);
    elsewhere_tokens_.store(tokens, std::memory_order_relaxed);
    elsewhere_minute_.store(static_cast<int64_t>(minute), std::memory_order_relaxed);
}

// No breaker of ours: it comes back in service by itself, and if it still fails we shall find out.
void Health::takeOutElsewhere(TimePoint until) {
    if (ticks(until) <= until_.load(std::memory_order_relaxed)) return;
    told_until_.store(ticks(until), std::memory_order_relaxed);
    takeOut(until, false);
}

Duration Health::foundOut(TimePoint now) const {
    const Ticks until = until_.load(std::memory_order_relaxed);
    if (until == told_until_.load(std::memory_order_relaxed)) return Duration::zero();
    return std::max(Duration::zero(), TimePoint(Duration(until)) - now);
}

std::shared_ptr<Health> HealthBook::find(std::string_view id) {
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(std::string(id));
    return found == all_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<Health> HealthBook::of(const std::string& id) {
    const std::lock_guard lock(mutex_);
    if (auto known = all_[id].lock()) return known;
    std::erase_if(all_, [&](const auto& entry) { return entry.first != id && entry.second.expired(); });
    auto fresh = std::make_shared<Health>(*this);
    all_[id] = fresh;
    return fresh;
}

}  // namespace sluice::route
