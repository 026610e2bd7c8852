// /…/daily/activity and /global/activity: requests, tokens and money by day.
#include "accounts/entity.h"
#include "json_text.h"
#include "spend.h"

namespace admin_api {
namespace {

constexpr int kMonth = 30;
constexpr size_t kParts = 100;           // of a day: more of them than that make an answer of many megabytes
constexpr size_t kFailuresMax = 10'000;  // events that /global/activity/exceptions looks at

const Json kCounts = Json::array({"requests", "total_tokens"});
const Json kMetrics =
    Json::array({"spend_pico_usd", "prompt_tokens", "completion_tokens", "cached_tokens",
                 "cache_write_tokens", "total_tokens", "requests", "successful_requests", "failed_requests"});

// litellm/types/proxy/management_endpoints/common_daily_activity.py, SpendMetrics
Json metricsOf(const Json& sums) {
    return {{"spend", spendIn(sums)},
            {"prompt_tokens", member(sums, "prompt_tokens")},
            {"completion_tokens", member(sums, "completion_tokens")},
            {"cache_read_input_tokens", member(sums, "cached_tokens")},
            {"cache_creation_input_tokens", member(sums, "cache_write_tokens")},
            {"total_tokens", member(sums, "total_tokens")},
            {"successful_requests", member(sums, "successful_requests")},
            {"failed_requests", member(sums, "failed_requests")},
            {"api_requests", member(sums, "requests")}};
}

Json countsOf(const Json& sums) {
    return {{"api_requests", member(sums, "requests")}, {"total_tokens", member(sums, "total_tokens")}};
}

}  // namespace

std::string labelOf(const std::string& day) {
    constexpr const char* kMonths[]{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const int month = day.size() == 10 ? (day[5] - '0') * 10 + day[6] - '0' : 0;
    return month >= 1 && month <= 12 ? std::string(kMonths[month - 1]) + " " + day.substr(8) : day;
}

// Pages are of days; of each day the dearest keys, users, … stand there. What of it stands in
// api_key_breakdown at LiteLLM is not in the store's sums: empty.
Answer Spend::daily(const Asked& asked, const char* dimension, const char* parameter, const Page& page) {
    Json where = Json::object();
    if (const auto key = asked.parameter("api_key"); !key.empty())
        where["key_id"] = mine(asked, "key_id", {key});
    if (const auto model = asked.parameter("model"); !model.empty()) where["model"] = model;
    const auto ids = mine(asked, dimension, asked.listed(parameter));
    if (!ids.empty()) where[dimension] = ids;
    Json question{{"report", "activity"},
                  {"where", where},
                  {"breakdown", Json::array({"model_group", "model", "provider", "key_id", dimension})},
                  {"breakdown_limit", asked.number("breakdown_limit", kParts, 1, 1000)},
                  {"sums", kMetrics}};
    daysOf(asked, host_.wallMs(), kMonth).putInto(question);
    const Json found = documents_.report(question);
    const Json& days = member(found, "days");
    Json results = Json::array();
    for (size_t i = page.begin(); i < days.size() && page.holds(i); ++i) {
        const Json& day = days[days.size() - 1 - i];  // the newest first
        Json breakdown{{"mcp_servers", Json::object()}};
        for (const auto& [name, by] : {std::pair("models", "model"), std::pair("model_groups", "model_group"),
                                       std::pair("providers", "provider"), std::pair("api_keys", "key_id"),
                                       std::pair("entities", dimension)}) {
            Json& parts = breakdown[name] = Json::object();
            for (const auto& [id, sums] : member(member(day, "breakdown"), by).items()) {
                const Json names = std::string_view(by) == "key_id" ? keyNames(id) : Json::object();
                parts[id] = {
                    {"metrics", metricsOf(sums)}, {"metadata", names}, {"api_key_breakdown", Json::object()}};
            }
        }
        results.push_back({{"date", member(day, "date")},
                           {"metrics", metricsOf(member(day, "metrics"))},
                           {"breakdown", std::move(breakdown)}});
    }
    Json metadata = Json::object();
    const Json overall = metricsOf(member(found, "overall"));
    for (const auto& [name, value] : overall.items())
        metadata["total_" + (name.compare(0, 6, "total_") == 0 ? name.substr(6) : name)] = value;
    metadata["page"] = page.number;
    metadata["total_pages"] = page.pagesOf(days.size());
    metadata["has_more"] = page.begin() + page.size < days.size();
    return {200, {{"results", std::move(results)}, {"metadata", std::move(metadata)}}};
}

Answer Spend::activity(const Asked& asked) {
    const Json found = sums("", Json::object(), daysOf(asked, host_.wallMs(), kMonth),
                            {{"group_by", "day"}, {"limit", 100'000}, {"sums", kCounts}});
    Json days = Json::array();
    for (const auto& row : member(found, "rows")) {
        Json day{{"date", labelOf(textIn(row, "day"))}, {"day", member(row, "day")}};
        day.update(countsOf(row));
        days.push_back(std::move(day));
    }
    return {200,
            {{"daily_data", std::move(days)},
             {"sum_api_requests", member(member(found, "overall"), "requests")},
             {"sum_total_tokens", member(member(found, "overall"), "total_tokens")}}};
}

Answer Spend::activityByModel(const Asked& asked) {
    const Days days = daysOf(asked, host_.wallMs(), kMonth);
    std::map<std::string, Json> daily;
    for (const auto& row : listIn(
             sums("model", Json::object(), days,
                  {{"group_by", {"model", "day"}}, {"order", "day"}, {"limit", 100'000}, {"sums", kCounts}}),
             "rows")) {
        Json day{{"date", labelOf(textIn(row, "day"))}, {"day", member(row, "day")}};
        day.update(countsOf(row));
        daily[textIn(row, "model")].push_back(std::move(day));
    }
    Json all = Json::array();
    for (const auto& row : listIn(
             sums("model", Json::object(), days,
                  {{"order", "requests"}, {"limit", asked.number("limit", 100, 1, 1000)}, {"sums", kCounts}}),
             "rows"))
        all.push_back({{"model", member(row, "model")},
                       {"daily_data", daily[textIn(row, "model")]},
                       {"sum_api_requests", member(row, "requests")},
                       {"sum_total_tokens", member(row, "total_tokens")}});
    return {200, std::move(all)};
}

// Failures by day are summed by the store; which of them were 429 stands in the events only.
Answer Spend::exceptions(const Asked& asked) {
    Json where = Json::object();
    if (const auto model = asked.parameter("model_group"); !model.empty()) where["model_group"] = model;
    const Days days = daysOf(asked, host_.wallMs(), kMonth);
    std::map<std::string, std::pair<int64_t, int64_t>> by_day;
    for (const auto& row :
         listIn(sums("", where, days, {{"group_by", "day"}, {"limit", 100'000}, {"sums", "failed_requests"}}),
                "rows"))
        if (member(row, "failed_requests") != 0)
            by_day[textIn(row, "day")].first = member(row, "failed_requests").get<int64_t>();
    Json narrow = where;
    narrow["outcome"] = "failure";
    Json question{{"report", "logs"}, {"where", narrow}, {"limit", kFailuresMax}};
    const auto from = accounts::readTime(accounts::Json(days.from));
    if (from) question["from_ms"] = *from;
    const Json logs = documents_.report(question);
    for (const auto& row : member(logs, "rows")) {
        const auto day = textIn(row, "startTime").substr(0, 10);
        const bool inside = day >= days.from && (days.to.empty() || day <= days.to);
        if (inside && row.value("http_status", Json()) == 429) ++by_day[day].second;
    }
    Json daily = Json::array();
    int64_t all = 0, limited = 0;
    for (const auto& [day, counts] : by_day) {
        all += counts.first;
        limited += counts.second;
        daily.push_back({{"date", labelOf(day)},
                         {"day", day},
                         {"num_exceptions", counts.first},
                         {"num_rate_limit_exceptions", counts.second}});
    }
    return {200,
            {{"daily_data", std::move(daily)},
             {"sum_num_exceptions", all},
             {"sum_num_rate_limit_exceptions", limited},
             {"exact", !logs.value("more", false)}}};
}

}  // namespace admin_api
