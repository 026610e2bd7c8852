#include "pico.h"

#include <algorithm>
#include <charconv>

namespace admin_api {
namespace {

constexpr size_t kDigitsMax = 30;  // and sums of some hundred million of them still fit into 127 bits
constexpr int kPlaces = 12;

bool areDigits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Pico> Pico::fromDigits(std::string_view digits) {
    if (digits.empty() || !areDigits(digits)) return std::nullopt;
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    Pico pico;
    if (digits.size() > kDigitsMax) digits = "1000000000000000000000000000000";
    for (const char c : digits) pico.value_ = pico.value_ * 10 + (c - '0');
    return pico;
}

std::optional<Pico> Pico::fromUsd(std::string_view number) {
    const size_t mark = std::min(number.find_first_of("eE"), number.size());
    int exponent = 0;
    if (mark < number.size()) {
        auto power = number.substr(mark + 1);
        if (!power.empty() && power.front() == '+') power.remove_prefix(1);
        const auto [end, fault] = std::from_chars(power.data(), power.data() + power.size(), exponent);
        if (fault != std::errc() || end != power.data() + power.size()) return std::nullopt;
    }
    const auto mantissa = number.substr(0, mark);
    const size_t point = std::min(mantissa.find('.'), mantissa.size());
    std::string digits(mantissa.substr(0, point));
    if (digits.empty()) return std::nullopt;
    if (point < mantissa.size()) digits += mantissa.substr(point + 1);
    // Where the point of 1e-12 USD stands in the digits.
    const long place = static_cast<long>(point) + std::clamp(exponent, -400, 400) + kPlaces;
    if (!areDigits(digits)) return std::nullopt;
    if (place <= 0) return Pico();
    digits.resize(static_cast<size_t>(place), '0');
    return fromDigits(digits);
}

std::string Pico::usd() const {
    std::string digits;
    const auto append = [&digits](auto rest) {
        for (; rest > 0; rest /= 10) digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    };
    if (value_ > 0 && value_ <= UINT64_MAX)
        append(static_cast<uint64_t>(value_));  // nearly always: no division of 128 bits
    else
        append(value_);
    while (digits.size() <= kPlaces) digits += '0';
    std::reverse(digits.begin(), digits.end());
    std::string fraction = digits.substr(digits.size() - kPlaces);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    digits.resize(digits.size() - kPlaces);
    return fraction.empty() ? digits : digits + "." + fraction;
}

}  // namespace admin_api
