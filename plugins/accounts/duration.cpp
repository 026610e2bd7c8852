#include "accounts/duration.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace accounts {

std::optional<int64_t> durationMs(std::string_view text) {
    constexpr int64_t kDay = 86'400'000;
    constexpr std::pair<std::string_view, int64_t> kUnits[] = {
        {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", kDay}, {"w", 7 * kDay}, {"mo", 30 * kDay}};
    // Nine digits of months still fit into 64 bits of milliseconds.
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 9) return std::nullopt;
    int64_t count = 0;
    (void)std::from_chars(text.data(), text.data() + digits, count);
    for (const auto& [unit, ms] : kUnits) {
        if (text.substr(digits) == unit && count > 0) return count * ms;
    }
    return std::nullopt;
}

}  // namespace accounts
