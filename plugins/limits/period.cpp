#include "period.h"

#include <charconv>
#include <chrono>

#include <date/tz.h>
#include <sluice/config.hpp>

#include "accounts/duration.h"

namespace limits {
namespace {

using std::chrono::milliseconds;
using LocalMs = date::local_time<milliseconds>;
using SysMs = std::chrono::time_point<std::chrono::system_clock, milliseconds>;

const date::time_zone& zoneOf(const void* zone) { return *static_cast<const date::time_zone*>(zone); }

// Where clocks are put forward the hour that does not exist is the one after.
int64_t toMs(const date::time_zone& zone, LocalMs local) {
    return zone.to_sys(local, date::choose::earliest).time_since_epoch().count();
}

Period days(const date::time_zone& zone, date::local_days today, int64_t length) {
    const int64_t since_epoch = today.time_since_epoch().count();
    // Weeks begin on Mondays; the epoch was a Thursday.
    const int64_t shift = length % 7 == 0 ? 3 : 0;
    const auto start = date::local_days{date::days{since_epoch - (since_epoch + shift) % length}};
    return {toMs(zone, LocalMs(start)), toMs(zone, LocalMs(start + date::days{length}))};
}

Period months(const date::time_zone& zone, date::local_days today, int64_t length) {
    const date::year_month_day now{today};
    const int64_t number = (int{now.year()} - 1970) * 12 + (static_cast<unsigned>(now.month()) - 1);
    const auto first = [](int64_t month) {
        return date::local_days{date::year{static_cast<int>(1970 + month / 12)} /
                                date::month{static_cast<unsigned>(month % 12 + 1)} / 1};
    };
    const int64_t start = number - number % length;
    return {toMs(zone, LocalMs(first(start))), toMs(zone, LocalMs(first(start + length)))};
}

}  // namespace

Zone::Zone(std::string_view name) {
    try {
        zone_ = date::locate_zone(std::string(name.empty() ? "UTC" : name));
    } catch (const std::exception&) {
        throw sluice::ConfigError("timezone: found \"" + std::string(name) +
                                  "\", expected a name of the IANA time zone database such as Europe/Berlin");
    }
}

Period Zone::period(std::string_view duration, int64_t now_ms) const {
    const auto length = accounts::durationMs(duration);
    if (!length) return {};
    const date::time_zone& zone = zoneOf(zone_);
    const LocalMs local{zone.to_local(SysMs(milliseconds(now_ms))).time_since_epoch()};
    const auto today = date::floor<date::days>(local);
    constexpr int64_t kDay = 86'400'000;
    const bool in_months = duration.size() > 2 && duration.substr(duration.size() - 2) == "mo";
    if (in_months || *length == 30 * kDay) return months(zone, today, *length / (30 * kDay));
    if (*length % kDay == 0) return days(zone, today, *length / kDay);
    const int64_t since_midnight = (local - LocalMs(today)).count();
    const int64_t into = since_midnight % *length;
    return {now_ms - into, now_ms - into + *length};
}

std::string utcText(int64_t ms) {
    return date::format("%F %T UTC", date::floor<std::chrono::seconds>(SysMs(milliseconds(ms))));
}

std::string utcDay(int64_t ms) {
    return date::format("%F", date::floor<date::days>(SysMs(milliseconds(ms))));
}

}  // namespace limits
