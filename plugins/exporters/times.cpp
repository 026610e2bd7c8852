#include "times.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace exporters {

int64_t epochMs(double seconds) {
    return std::isfinite(seconds) && seconds > 0 && seconds < 1e11 ? std::llround(seconds * 1000.0) : 0;
}

std::string isoTime(double seconds) {
    const int64_t ms = epochMs(seconds);
    const std::time_t whole = ms / 1000;
    std::tm date{};
    (void)::gmtime_r(&whole, &date);
    std::array<char, 32> day;
    const size_t size = std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &date);
    std::array<char, 8> rest;
    (void)std::snprintf(rest.data(), rest.size(), ".%03dZ", static_cast<int>(ms % 1000));
    return std::string(day.data(), size) + rest.data();
}

}  // namespace exporters
