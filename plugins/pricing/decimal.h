// Decimal numbers without a double in between: prices are 7.5e-8 USD exactly, and sums of them are, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pricing {

// Wide enough for a sum of tokens · prices. GCC and clang have it; -Wpedantic would complain.
__extension__ using Wide = __int128;

/// The JSON number `text` · 10^places, rounded half to even. Nothing if it is no number, negative, or too
/// large.
std::optional<int64_t> scaled(std::string_view text, int places);

/// value / divisor, rounded half to even, at most INT64_MAX. Both not negative; divisor > 0.
int64_t divided(Wide value, Wide divisor);

}  // namespace pricing
