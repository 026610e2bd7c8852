#include "spent.h"

#include <ctime>

#include "accounts/duration.h"
#include "accounts/entity.h"
#include "fields.h"
#include "json_text.h"

namespace admin_api {
namespace {

constexpr int64_t kDayMs = 86'400'000;

// The first of the month, or of several that are counted from January 1970.
int64_t monthStart(int64_t now_ms, int64_t count) {
    const std::time_t seconds = now_ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    const int64_t months = (parts.tm_year - 70) * int64_t{12} + parts.tm_mon;
    const int64_t first = months / count * count;
    parts = {};
    parts.tm_year = static_cast<int>(70 + first / 12);
    parts.tm_mon = static_cast<int>(first % 12);
    parts.tm_mday = 1;
    return static_cast<int64_t>(::timegm(&parts)) * 1000;
}

}  // namespace

// docs.litellm.ai/docs/proxy/budget_reset_and_tz; the same as the plugin limits has it, in UTC.
int64_t periodStart(const std::string& duration, int64_t now_ms) {
    const auto length = accounts::durationMs(duration);
    if (!length) return 0;
    const bool in_months = duration.size() > 2 && duration.compare(duration.size() - 2, 2, "mo") == 0;
    if (in_months || *length == 30 * kDayMs) return monthStart(now_ms, *length / (30 * kDayMs));
    const int64_t today = now_ms / kDayMs * kDayMs;
    if (*length % kDayMs != 0) return today + (now_ms - today) / *length * *length;
    // The Unix epoch was a Thursday: weeks that begin on Mondays are three days ahead of it.
    const int64_t shift = *length % (7 * kDayMs) == 0 ? 3 * kDayMs : 0;
    return (now_ms + shift) / *length * *length - shift;
}

int64_t Spent::periodOf(const Json& document) const {
    std::string duration = textIn(document, "budget_duration");
    if (const auto budget = textIn(document, "budget_id"); duration.empty() && !budget.empty()) {
        if (const auto found = documents_.find("budget", budget))
            duration = textIn(found->value, "budget_duration");
    }
    return std::max<int64_t>(periodStart(duration, host_.wallMs()), 0);
}

Pico Spent::of(const char* dimension, const std::string& id, const Json& document) const {
    const int64_t period = periodOf(document);
    const auto reset = accounts::readTime(accounts::Json(textIn(document, "spend_from"))).value_or(0);
    const Json rows = documents_
                          .report({{"report", "totals"},
                                   {"dimension", dimension},
                                   {"since_ms", std::max(period, reset)},
                                   {"values", Json::array({id})}})
                          .value("rows", Json::array());
    Pico sum = rows.empty() ? Pico() : picoOf(rows[0].value("spend_pico_usd", Json()));
    // What a reset leaves belongs to the period of the reset. dump() writes the shortest number that reads as
    // the same one: what the body said.
    if (reset > period && isSet(document, "spend_base_usd"))
        sum += Pico::fromUsd(document["spend_base_usd"].dump()).value_or(Pico());
    return sum;
}

void resetSpend(Json& document, const Json& base, int64_t now_ms) {
    document["spend_from"] = timeText(now_ms);
    document["spend_base_usd"] = base.is_number() ? base : Json(0);
}

}  // namespace admin_api
