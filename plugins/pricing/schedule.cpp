#include "schedule.h"

#include <array>
#include <ctime>

#include <sluice/json.hpp>

namespace pricing {
namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr uint32_t kTickMs = 1000;  // so that an instance after a reload keeps the earlier one's moments

std::string timeText(int64_t wall_ms) {
    const std::time_t seconds = wall_ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string timeJson(int64_t wall_ms) {
    return wall_ms == 0 ? "null" : sluice::jsonQuoted(timeText(wall_ms));
}

int64_t numberIn(const sluice::JsonObject& object, std::string_view name) {
    int64_t number = 0;
    for (const char c : object.member(name).value_or("")) {
        if (c < '0' || c > '9' || number > INT64_MAX / 100) return 0;
        number = number * 10 + (c - '0');
    }
    return number;
}

}  // namespace

Schedule::Schedule(sluice::Host host, Book& book)
    : host_(host),
      timers_(host.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID)),
      book_(book),
      loaded_ms_(host.wallMs()) {}

Schedule::~Schedule() {
    const int64_t timer = [this] {
        const std::lock_guard lock(mutex_);
        return timer_;
    }();
    if (timer > 0) (void)timers_->cancel(host_.raw(), timer);
}

// The timer is never cancelled before the end: that must not be done from everywhere.
bool Schedule::start(uint32_t hours) {
    const std::lock_guard lock(mutex_);
    if (timer_ <= 0 && timers_)
        timer_ = timers_->every(
            host_.raw(), kTickMs, [](void* self) { static_cast<Schedule*>(self)->tick(); }, this);
    if (timer_ <= 0) return false;
    hours_ = hours;
    next_ms_ = host_.wallMs() + hours * kHourMs;
    return true;
}

void Schedule::stop() {
    const std::lock_guard lock(mutex_);
    hours_ = next_ms_ = 0;
}

void Schedule::note() {
    const std::lock_guard lock(mutex_);
    last_ms_ = loaded_ms_ = host_.wallMs();
}

void Schedule::tick() {
    {
        const std::lock_guard lock(mutex_);
        const int64_t now = host_.wallMs();
        if (hours_ == 0 || now < next_ms_) return;
        next_ms_ = now + hours_ * kHourMs;
    }
    try {
        book_.reload();
        note();
        host_.info("the price table has been read again, as scheduled: " +
                   std::to_string(book_.table()->entries().size()) + " models");
    } catch (const sluice::ConfigError& fault) {
        host_.error("the price table was not read again, and stays: " + fault.message());
    }
}

std::string Schedule::status() const {
    const std::lock_guard lock(mutex_);
    return std::string("{\"scheduled\":") + (hours_ > 0 ? "true" : "false") +
           ",\"interval_hours\":" + (hours_ > 0 ? std::to_string(hours_) : "null") +
           ",\"last_run\":" + timeJson(last_ms_) + ",\"next_run\":" + timeJson(next_ms_) + "}";
}

std::string Schedule::loadedAt() const {
    const std::lock_guard lock(mutex_);
    return timeText(loaded_ms_);
}

std::string Schedule::state() const {
    const std::lock_guard lock(mutex_);
    return "{\"hours\":" + std::to_string(hours_) + ",\"last\":" + std::to_string(last_ms_) +
           ",\"next\":" + std::to_string(next_ms_) + "}";
}

void Schedule::resume(std::string_view state) {
    const sluice::JsonObject kept{std::string(state)};
    const int64_t hours = numberIn(kept, "hours");
    if (hours > 0 && hours <= kHoursMax && !start(static_cast<uint32_t>(hours)))
        host_.error("the price table is not read again at intervals any more: there is no timer");
    const std::lock_guard lock(mutex_);
    last_ms_ = numberIn(kept, "last");
    if (hours_ > 0 && numberIn(kept, "next") > 0) next_ms_ = std::min(next_ms_, numberIn(kept, "next"));
}

}  // namespace pricing
