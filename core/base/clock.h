// Time points and durations used everywhere: monotonic for deadlines, wall clock for records.
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice::base {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;
using std::chrono::milliseconds;

inline constexpr TimePoint kNever = TimePoint::max();

/// Milliseconds since the Unix epoch.
inline int64_t wallMillis() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

inline double toMillis(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

/// now + d, saturating at kNever; d <= 0 means "no deadline".
inline TimePoint deadlineAfter(TimePoint now, milliseconds d) {
    if (d.count() <= 0) return kNever;
    return now + d;
}

}  // namespace sluice::base
