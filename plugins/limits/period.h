// When budgets begin anew: at midnight, on Mondays, on the first of the month, in the configured time zone;
// docs.litellm.ai/docs/proxy/budget_reset_and_tz.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace limits {

struct Period {
    int64_t start_ms = 0;  // since the Unix epoch; 0 to 0: for ever
    int64_t end_ms = 0;
};

class Zone {
public:
    /// A name of the IANA database ("Europe/Berlin"). Throws sluice::ConfigError.
    explicit Zone(std::string_view name);

    /// The period of that duration around `now_ms`. "1d", "24h": the day; "7d", "1w": the week from Monday
    /// on; "30d", "1mo": the month; other numbers of days, months: counted from 1970; hours, minutes and
    /// seconds: counted from midnight. Empty: for ever.
    Period period(std::string_view duration, int64_t now_ms) const;

private:
    const void* zone_;  // of the date library
};

/// "2026-11-21 17:00:00 UTC"
std::string utcText(int64_t ms);
/// "2026-11-21", of the day in UTC.
std::string utcDay(int64_t ms);

}  // namespace limits
