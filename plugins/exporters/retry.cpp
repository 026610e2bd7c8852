#include "retry.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace exporters {

milliseconds pauseAfter(const Options& options, uint32_t failures, uint64_t dice) {
    const uint32_t doublings = std::min<uint32_t>(failures > 0 ? failures - 1 : 0, 20);
    const int64_t whole =
        std::min<int64_t>(options.retry_min.count() << doublings, options.retry_max.count());
    const int64_t half = whole / 2;
    return milliseconds(whole - half + static_cast<int64_t>(dice % static_cast<uint64_t>(half + 1)));
}

std::optional<milliseconds> retryAfter(std::string_view field, int64_t now_ms) {
    uint32_t seconds = 0;
    const auto number = std::from_chars(field.data(), field.data() + field.size(), seconds);
    if (number.ec == std::errc() && number.ptr == field.data() + field.size())
        return std::min(milliseconds(int64_t{seconds} * 1000), kRetryAfterMax);
    std::tm date{};
    const std::string text(field);
    const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (!end || *end != '\0') return std::nullopt;
    const milliseconds wait(int64_t{::timegm(&date)} * 1000 - now_ms);
    return std::clamp(wait, milliseconds(0), kRetryAfterMax);
}

}  // namespace exporters
