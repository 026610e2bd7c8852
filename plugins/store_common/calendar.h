// Days and months in UTC, as numbers: a day is the days since 1970-01-01, a month is year · 12 + month - 1.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace store_common {

constexpr int64_t kDayMs = 86'400'000;

inline int64_t nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

inline int64_t dayOf(int64_t ms) { return ms >= 0 ? ms / kDayMs : (ms - kDayMs + 1) / kDayMs; }

inline std::chrono::year_month_day dateOf(int64_t day) {
    return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day)));
}

inline int64_t monthOf(int64_t day) {
    const auto date = dateOf(day);
    return static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

/// The first day of a month.
inline int64_t firstDayOf(int64_t month) {
    using namespace std::chrono;
    const auto date =
        year(static_cast<int>(month / 12)) / std::chrono::month(static_cast<unsigned>(month % 12 + 1)) / 1;
    return sys_days(date).time_since_epoch().count();
}

/// "2026-11-21".
inline std::string dayText(int64_t day) {
    const auto date = dateOf(day);
    char text[32];
    (void)std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

/// Nothing for what is no day between 1970 and 9999.
inline std::optional<int64_t> dayFrom(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    int parts[3] = {0, 0, 0};
    for (size_t i = 0, part = 0; i < text.size(); ++i) {
        if (i == 4 || i == 7) {
            ++part;
            continue;
        }
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        parts[part] = parts[part] * 10 + (text[i] - '0');
    }
    using namespace std::chrono;
    const auto date =
        year(parts[0]) / month(static_cast<unsigned>(parts[1])) / day(static_cast<unsigned>(parts[2]));
    if (!date.ok() || parts[0] < 1970) return std::nullopt;
    return sys_days(date).time_since_epoch().count();
}

}  // namespace store_common
