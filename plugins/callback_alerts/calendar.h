// Periods of budgets and reports in the configured time zone, and how times are written for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "limits/period.h"

namespace alerts {

class Calendar {
public:
    /// A name of the IANA database. Throws sluice::ConfigError.
    explicit Calendar(std::string_view zone);

    /// As limits counts budgets: "1d", "7d" from Monday on, "30d" the month, …; empty: for ever (0 to 0).
    limits::Period period(std::string_view duration, int64_t now_ms) const {
        return zone_.period(duration, now_ms);
    }
    /// The one before the period around `now_ms`.
    limits::Period before(std::string_view duration, int64_t now_ms) const {
        return zone_.period(duration, zone_.period(duration, now_ms).start_ms - 1);
    }
    /// "2026-11-21 18:00 CET"
    std::string text(int64_t ms) const;
    /// "2026-11-21"
    std::string day(int64_t ms) const;

private:
    limits::Zone zone_;
    std::string name_;
};

}  // namespace alerts
