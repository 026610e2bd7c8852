#include "gate.h"

#include <utility>

namespace alerts {
namespace {

constexpr size_t kToldMax = 20'000;
constexpr int64_t kSweepMs = 10'000;
constexpr int64_t kForgetMs = 86'400'000;  // repeats that nobody asked for any more

}  // namespace

std::optional<Alert> Gate::pass(Alert alert, int64_t now_ms) {
    alert.at_ms = now_ms;
    if (alert.resolves) return resolve(std::move(alert), now_ms);
    sweep(now_ms);
    const auto found = told_.find(alert.key());
    if (found != told_.end() && now_ms < found->second.until_ms) {
        if (!alert.state) found->second.repeats += alert.times;
        return std::nullopt;
    }
    // Beyond the bound each counts as new: the channels have a bound of their own.
    if (found == told_.end() && told_.size() >= kToldMax) return alert;
    Told& told = told_[alert.key()];
    int64_t until_ms = now_ms + alert.window_ms;
    const bool ours = !memory_ || memory_->claim(alert, now_ms, &until_ms);
    told.until_ms = until_ms;
    told.open = true;
    if (!ours) return std::nullopt;
    alert.repeats = std::exchange(told.repeats, 0);
    return alert;
}

// The window ends with the trouble: what comes back after that is news.
std::optional<Alert> Gate::resolve(Alert alert, int64_t now_ms) {
    const auto found = told_.find(alert.key());
    if (found == told_.end() || !found->second.open) return std::nullopt;
    found->second.open = false;
    found->second.until_ms = now_ms;
    alert.repeats = std::exchange(found->second.repeats, 0);
    if (memory_) memory_->release(alert);
    return alert;
}

void Gate::sweep(int64_t now_ms) {
    if (now_ms < sweep_ms_) return;  // also when it is full: a look at all of it for each alert is too much
    sweep_ms_ = now_ms + kSweepMs;
    for (auto at = told_.begin(); at != told_.end();) {
        const Told& told = at->second;
        const bool over =
            now_ms >= told.until_ms && (told.repeats == 0 || now_ms >= told.until_ms + kForgetMs);
        // What can still be resolved is kept for a day.
        const bool gone = over && (!told.open || now_ms >= told.until_ms + kForgetMs);
        at = gone || (over && told_.size() >= kToldMax) ? told_.erase(at) : std::next(at);
    }
}

}  // namespace alerts
