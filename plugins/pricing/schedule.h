// The price table's file, read again at intervals: POST and DELETE /schedule/model_cost_map_reload.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "book.h"

namespace pricing {

class Schedule {
public:
    static constexpr uint32_t kHoursMax = 1000;  // a timer's interval is 32 bits of milliseconds

    /// `book` outlives the schedule.
    Schedule(sluice::Host host, Book& book);
    /// No reading begins any more when this returns.
    ~Schedule();
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;

    /// From now on; takes the place of an earlier one. `hours`: 1 to kHoursMax. False if this gateway has no
    /// timer for it. [any]
    bool start(uint32_t hours);
    void stop();
    /// Notes that the file has been read. [any]
    void note();

    /// {"scheduled", "interval_hours", "last_run", "next_run"}: times are RFC 3339 or null. [any]
    std::string status() const;
    /// When the table was made, RFC 3339. [any]
    std::string loadedAt() const;

    /// What another instance goes on with; the earlier one's next moment is kept. [any]
    std::string state() const;
    void resume(std::string_view state);

private:
    void tick();

    const sluice::Host host_;
    const sluice_host_timers* const timers_;
    Book& book_;
    mutable std::mutex mutex_;  // guards the rest
    int64_t timer_ = 0;
    int64_t hours_ = 0, last_ms_ = 0, next_ms_ = 0, loaded_ms_ = 0;  // 0: none; since the Unix epoch
};

}  // namespace pricing
