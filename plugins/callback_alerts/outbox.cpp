#include "outbox.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>

#include "text.h"

namespace alerts {
namespace {

constexpr int64_t kIdleMs = 60'000;

}  // namespace

Outbox::Outbox(std::unique_ptr<Channel> channel, const OutboxOptions& options, Clock clock,
               OutboxEvents events)
    : channel_(std::move(channel)),
      options_(options),
      clock_(std::move(clock)),
      events_(std::move(events)),
      tokens_(static_cast<double>(options.per_minute)),
      refilled_ms_(clock_()) {}

// Under mutex_.
void Outbox::refill(int64_t now) {
    const double most = static_cast<double>(options_.per_minute);
    const int64_t passed = std::max<int64_t>(0, now - refilled_ms_);
    tokens_ = std::min(most, tokens_ + static_cast<double>(passed) * most / 60'000);
    refilled_ms_ = now;
}

void Outbox::put(const std::shared_ptr<const Alert>& alert) {
    bool fits = false;
    {
        const std::lock_guard lock(mutex_);
        refill(clock_());
        // The last place of a minute is the sum's. What is over is told in any case: an incident may hang on
        // it.
        fits = (tokens_ >= 2 || alert->resolves) && queue_.size() < options_.queue_max && folded_.empty();
        fits |= alert->resolves && queue_.size() < 2 * options_.queue_max;
        if (fits) {
            tokens_ -= alert->resolves ? 0 : 1;
            queue_.push_back({alert, clock_()});
        } else {
            ++folded_[alert->type];
        }
    }
    if (!fits) events_.dropped(1, "folded");
    changed_.notify_one();
}

// Under mutex_.
std::shared_ptr<const Alert> Outbox::summary(int64_t now) {
    auto sum = std::make_shared<Alert>();
    sum->type = "summary";
    sum->level = Level::Warning;
    sum->title = "More alerts than this channel takes";
    sum->subject = "overflow";
    sum->at_ms = now;
    size_t all = 0;
    for (const auto& [type, count] : folded_) {
        all += count;
        sum->facts.push_back({type, number(static_cast<int64_t>(count))});
    }
    sum->who = number(static_cast<int64_t>(all)) + " were not sent one by one";
    sum->advice = "What they said stands in the gateway's log. rate_per_minute raises the bound.";
    folded_.clear();
    return sum;
}

// Null: nothing before `due`.
std::shared_ptr<const Alert> Outbox::next(int64_t now, int64_t& due) {
    const std::lock_guard lock(mutex_);
    refill(now);
    due = now + kIdleMs;
    if (queue_.empty() && !folded_.empty()) {
        // A minute after the bound was met there is room again.
        if (tokens_ >= static_cast<double>(options_.per_minute) * 0.5 && tokens_ >= 1) {
            tokens_ -= 1;
            queue_.push_back({summary(now), now});
        } else {
            due = now + 1'000;
        }
    }
    if (queue_.empty()) return nullptr;
    if (now < retry_ms_ && !closing_) {
        due = retry_ms_;
        return nullptr;
    }
    return queue_.front().alert;
}

void Outbox::settle(const std::shared_ptr<const Alert>& alert, const Said& said, int64_t now) {
    bool dropped = false;
    {
        const std::lock_guard lock(mutex_);
        const bool old = now - queue_.front().since_ms >= options_.retry_for_ms;
        failures_ = said.taken ? 0 : failures_ + 1;
        dropped = !said.taken && (!said.again || old || closing_);
        if (said.taken || dropped) queue_.pop_front();
        const uint32_t doublings = std::min<uint32_t>(failures_ > 0 ? failures_ - 1 : 0, 20);
        const int64_t pause = std::min(options_.retry_min_ms << doublings, options_.retry_max_ms);
        retry_ms_ = said.taken || !said.again ? 0 : now + std::max(pause, said.wait_ms);
    }
    if (said.taken) return events_.delivered(*alert);
    events_.failed(said.text);
    if (dropped) events_.dropped(1, said.again ? "gave_up" : "refused");
}

int64_t Outbox::step() {
    int64_t due = 0;
    const auto alert = next(clock_(), due);
    if (!alert) return due;
    const Said said = channel_->deliver(*alert);
    const int64_t now = clock_();
    settle(alert, said, now);
    return now;
}

void Outbox::start() {
    // The signals are the gateway's.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Outbox::run() {
    (void)pthread_setname_np(pthread_self(), "sluice-alerts");
    for (;;) {
        const int64_t due = step();
        std::unique_lock lock(mutex_);
        if (closing_ && (queue_.empty() || failures_ > 0)) return;
        const int64_t now = clock_();
        if (due <= now || closing_) continue;
        // Short enough that a clock that was put back does no harm.
        changed_.wait_for(lock, std::chrono::milliseconds(std::min<int64_t>(due - now, 1'000)));
    }
}

void Outbox::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    size_t left = 0;
    {
        const std::lock_guard lock(mutex_);
        left = queue_.size();
        for (const auto& [type, count] : folded_) left += count;
        queue_.clear();
        folded_.clear();
    }
    if (left > 0) events_.dropped(left, "closing");
}

}  // namespace alerts
