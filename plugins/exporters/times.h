// Moments as receivers write them; a record has them as seconds since the Unix epoch, to the millisecond.
// [any]
#pragma once

#include <cstdint>
#include <string>

namespace exporters {

/// 2026-01-31T12:00:00.123Z (RFC 3339). Moments before 1970 are 1970.
std::string isoTime(double seconds);
int64_t epochMs(double seconds);

}  // namespace exporters
