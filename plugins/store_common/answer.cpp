#include "store_common/answer.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include <sluice/json.hpp>

#include "store_common/calendar.h"

namespace store_common {
namespace {

constexpr int kPlaces = 12;  // pico

std::string digitsOf(Wide value) {
    std::string text;
    do {
        text.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value > 0);
    std::reverse(text.begin(), text.end());
    return text;
}

}  // namespace

Answer& Answer::open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
    return *this;
}

Answer& Answer::close(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
}

Answer& Answer::key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    comma_ = false;
    return *this;
}

Answer& Answer::foreignKey(std::string_view name) {
    separate();
    out_ += sluice::jsonQuoted(name) + ":";
    comma_ = false;
    return *this;
}

Answer& Answer::text(std::string_view value) { return raw(sluice::jsonQuoted(value)); }
Answer& Answer::textOrNull(std::string_view value) { return value.empty() ? raw("null") : text(value); }
Answer& Answer::number(int64_t value) {
    char text[24];
    return raw({text, static_cast<size_t>(std::to_chars(text, text + sizeof text, value).ptr - text)});
}
Answer& Answer::boolean(bool value) { return raw(value ? "true" : "false"); }

Answer& Answer::raw(std::string_view json) {
    separate();
    out_ += json;
    comma_ = true;
    return *this;
}

Answer& Answer::money(Wide pico_usd) {
    std::string digits = digitsOf(pico_usd);
    if (shows(0)) key(kSumNames[0]).raw(digits);
    if (!shows(1)) return *this;
    if (digits.size() <= kPlaces) digits.insert(0, kPlaces + 1 - digits.size(), '0');
    std::string fraction = digits.substr(digits.size() - kPlaces);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    digits.resize(digits.size() - kPlaces);
    return key(kSumNames[1]).raw(fraction.empty() ? digits : digits + "." + fraction);
}

Answer& Answer::sums(const Total& total) {
    const Sums& s = total.sums;
    money(total.cost);
    size_t place = 2;
    for (const int64_t sum : {s.prompt, s.completion, s.prompt + s.completion, s.cached, s.cache_write,
                              s.reasoning, s.requests, s.successes, s.failures, s.unpriced}) {
        if (shows(place)) key(kSumNames[place]).number(sum);
        ++place;
    }
    return *this;
}

void Answer::separate() {
    if (comma_) out_ += ',';
    comma_ = false;
}

std::string timeText(int64_t ms) {
    const int64_t day = dayOf(ms);
    const int64_t rest = ms - day * kDayMs;
    char text[40];
    (void)std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%03dZ", static_cast<int>(rest / 3'600'000),
                        static_cast<int>(rest / 60'000 % 60), static_cast<int>(rest / 1'000 % 60),
                        static_cast<int>(rest % 1'000));
    return dayText(day) + text;
}

}  // namespace store_common
