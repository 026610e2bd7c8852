// LiteLLM's durations: "30s", "30m", "12h", "7d", "2w", "1mo".
// Source: litellm/litellm_core_utils/duration_parser.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace accounts {

/// In milliseconds; a month is 30 days. Nothing if it is no duration, or none that is longer than nothing.
std::optional<int64_t> durationMs(std::string_view text);

}  // namespace accounts
