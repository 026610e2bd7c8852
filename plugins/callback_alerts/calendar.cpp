#include "calendar.h"

#include <date/tz.h>

namespace alerts {
namespace {

using SysSeconds = date::sys_seconds;

SysSeconds secondsOf(int64_t ms) { return SysSeconds(std::chrono::seconds(ms / 1000)); }

}  // namespace

Calendar::Calendar(std::string_view zone) : zone_(zone), name_(zone.empty() ? "UTC" : zone) {}

std::string Calendar::text(int64_t ms) const {
    return date::format("%F %H:%M %Z", date::make_zoned(date::locate_zone(name_), secondsOf(ms)));
}

std::string Calendar::day(int64_t ms) const {
    return date::format("%F", date::make_zoned(date::locate_zone(name_), secondsOf(ms)));
}

}  // namespace alerts
