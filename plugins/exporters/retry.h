// When a receiver that failed is asked again. [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "options.h"

namespace exporters {

/// After that many failures in a row (from 1): doubled each time, then between a half and the whole of it by
/// `dice`, so that gateways do not come back together.
milliseconds pauseAfter(const Options& options, uint32_t failures, uint64_t dice);

/// The field Retry-After (RFC 9110, 10.2.3): seconds, or a date, which is compared with `now_ms` since the
/// Unix epoch. Nothing if it is neither; never more than kRetryAfterMax.
std::optional<milliseconds> retryAfter(std::string_view field, int64_t now_ms);

}  // namespace exporters
