// /model/metrics and its kin, and what else only single events say: how long answers took, which deployments
// failed, what a cache has answered. Each question reads the newest events of its days once, kEventsMax at
// most, and says in `exact` whether these were all. Source: litellm/proxy/proxy_server.py,
// analytics_endpoints.py, gateway_request_endpoints.py.
#include <algorithm>

#include "accounts/entity.h"
#include "json_text.h"
#include "keys.h"
#include "spend.h"

namespace admin_api {
namespace {

constexpr size_t kEventsMax = 10'000;
constexpr int kWeek = 7, kMonth = 30;
constexpr int64_t kDayMs = 86'400'000;
constexpr size_t kDeploymentsMax = 10;

// What LiteLLM's charts send for "nobody in particular".
std::string named(const Asked& asked, const char* parameter) {
    auto text = asked.parameter(parameter);
    return text == "null" || text == "undefined" ? std::string() : text;
}

// The upstream's URL, and the model where none is known.
std::string deploymentOf(const Json& row) {
    const auto base = textIn(row, "api_base");
    return base.empty() ? textIn(row, "model") : base;
}

int64_t numberIn(const Json& row, const char* name) {
    const Json& value = member(row, name);
    return value.is_number_integer() ? value.get<int64_t>() : 0;
}

bool fromCache(const Json& row) { return member(row, "cache_hit") == Json("True"); }
std::string dayOf(const Json& row) { return textIn(row, "startTime").substr(0, 10); }

std::optional<int64_t> momentIn(const Json& row, const char* name) {
    const auto text = textIn(row, name);
    return text.empty() ? std::nullopt : accounts::readTime(accounts::Json(text));
}

// By day, or by request, and there by deployment.
class Averages {
public:
    void add(const std::string& when, const std::string& deployment, double value) {
        auto& [sum, count] = all_[when][deployment];
        sum += value;
        ++count;
        names_.insert(deployment);
    }
    Json chart(bool exact) const {
        Json data = Json::array();
        for (const auto& [when, deployments] : all_) {
            Json entry{{"date", when}};
            for (const auto& [name, sum] : deployments)
                entry[name == "date" ? "date " : name] = sum.first / static_cast<double>(sum.second);
            data.push_back(std::move(entry));
        }
        return {{"data", std::move(data)}, {"all_api_bases", names_}, {"exact", exact}};
    }

private:
    std::map<std::string, std::map<std::string, std::pair<double, int64_t>>> all_;
    std::set<std::string> names_;
};

// LiteLLM's names of the two ends here.
Days chartDays(const Asked& asked, int64_t now_ms, int back) {
    Asked renamed;
    renamed.query = {{"start_date", asked.parameter("startTime")}, {"end_date", asked.parameter("endTime")}};
    return daysOf(renamed, now_ms, back);
}

Json chartWhere(const Asked& asked) {
    Json where = Json::object();
    if (const auto group = named(asked, "_selected_model_group"); !group.empty())
        where["model_group"] = group;
    if (const auto key = named(asked, "api_key"); !key.empty()) where["key_id"] = keyId(key);
    if (const auto customer = named(asked, "customer"); !customer.empty()) where["end_user"] = customer;
    return where;
}

}  // namespace

Spend::Events Spend::eventsOf(const Days& days, Json where) const {
    Json question{{"report", "logs"}, {"where", std::move(where)}, {"limit", kEventsMax}};
    const auto ms = [](const std::string& day) { return accounts::readTime(accounts::Json(day)); };
    if (const auto from = ms(days.from); from && *from > 0) question["from_ms"] = *from;
    if (const auto to = days.to.empty() ? std::nullopt : ms(days.to); to)
        question["to_ms"] = std::max<int64_t>(*to + kDayMs - 1, 0);
    const std::lock_guard lock(events_mutex_);
    Json found = documents_.report(question);
    const bool more = found.value("more", false);
    return {listIn(std::move(found), "rows"), !more};
}

// Seconds for a token of the answer.
Answer Spend::latencies(const Asked& asked) {
    Json where = chartWhere(asked);
    where["outcome"] = "success";
    const auto [rows, exact] = eventsOf(chartDays(asked, host_.wallMs(), kMonth), std::move(where));
    Averages averages;
    for (const auto& row : rows) {
        const auto tokens = numberIn(row, "completion_tokens");
        if (tokens > 0 && !fromCache(row))
            averages.add(dayOf(row), deploymentOf(row),
                         static_cast<double>(numberIn(row, "request_duration_ms")) / 1000 /
                             static_cast<double>(tokens));
    }
    return {200, averages.chart(exact)};
}

// Seconds to the first token of streams; of a single day one by one.
Answer Spend::firstTokens(const Asked& asked) {
    const Days days = chartDays(asked, host_.wallMs(), kWeek);
    const auto [rows, exact] = eventsOf(days, chartWhere(asked));
    Averages averages;
    for (const auto& row : rows) {
        const auto first = momentIn(row, "completionStartTime");
        if (!first || fromCache(row) || *first == numberIn(row, "end_ms")) continue;
        averages.add(days.from == days.to ? textIn(row, "request_id") : dayOf(row), deploymentOf(row),
                     static_cast<double>(*first - numberIn(row, "start_ms")) / 1000);
    }
    return {200, averages.chart(exact)};
}

Answer Spend::slowResponses(const Asked& asked) {
    const auto [rows, exact] = eventsOf(chartDays(asked, host_.wallMs(), kMonth), chartWhere(asked));
    std::map<std::string, std::pair<int64_t, int64_t>> counts;
    for (const auto& row : rows) {
        if (fromCache(row)) continue;
        auto& [all, slow] = counts[deploymentOf(row)];
        ++all;
        if (static_cast<double>(numberIn(row, "request_duration_ms")) >= slow_after_ * 1000) ++slow;
    }
    std::vector<std::pair<std::string, std::pair<int64_t, int64_t>>> order(counts.begin(), counts.end());
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.second.second > b.second.second; });
    Json data = Json::array();
    for (const auto& [base, count] : order)
        data.push_back({{"api_base", base},
                        {"total_count", count.first},
                        {"slow_count", count.second},
                        {"exact", exact}});
    return {200, std::move(data)};
}

Answer Spend::exceptionsByModel(const Asked& asked) {
    Json where = chartWhere(asked);
    where["outcome"] = "failure";
    const auto [rows, exact] = eventsOf(chartDays(asked, host_.wallMs(), kMonth), std::move(where));
    std::map<std::string, std::map<std::string, int64_t>> counts;
    std::set<std::string> kinds;
    for (const auto& row : rows) {
        const auto base = textIn(row, "api_base"), kind = textIn(row, "error_class");
        const std::string model = textIn(row, "model") + (base.empty() ? "" : "-" + base);
        ++counts[model][kind.empty() ? "unknown" : kind];
        kinds.insert(kind.empty() ? "unknown" : kind);
    }
    Json data = Json::array();
    for (const auto& [model, by_kind] : counts) {
        int64_t total = 0;
        for (const auto& [kind, count] : by_kind) total += count;
        Json one{{"model", model}, {"total_exceptions", total}};
        for (const auto& [kind, count] : by_kind) one[kind] = count;
        data.push_back(std::move(one));
    }
    std::stable_sort(data.begin(), data.end(), [](const Json& a, const Json& b) {
        return a["total_exceptions"] > b["total_exceptions"];
    });
    return {200, {{"data", std::move(data)}, {"exception_types", kinds}, {"exact", exact}}};
}

// Answers with 429, the deployments with the most of them.
Answer Spend::rateLimitsByDeployment(const Asked& asked) {
    Json where{{"outcome", "failure"}};
    if (const auto group = named(asked, "model_group"); !group.empty()) where["model_group"] = group;
    const auto [rows, exact] = eventsOf(daysOf(asked, host_.wallMs(), kMonth), std::move(where));
    std::map<std::string, std::map<std::string, int64_t>> counts;
    for (const auto& row : rows) {
        if (numberIn(row, "http_status") == 429) ++counts[deploymentOf(row)][dayOf(row)];
    }
    Json all = Json::array();
    for (const auto& [base, days] : counts) {
        Json daily = Json::array();
        int64_t sum = 0;
        for (const auto& [day, count] : days) {
            daily.push_back({{"date", labelOf(day)}, {"day", day}, {"num_rate_limit_exceptions", count}});
            sum += count;
        }
        all.push_back({{"api_base", base},
                       {"daily_data", std::move(daily)},
                       {"sum_num_rate_limit_exceptions", sum},
                       {"exact", exact}});
    }
    std::stable_sort(all.begin(), all.end(), [](const Json& a, const Json& b) {
        return a["sum_num_rate_limit_exceptions"] > b["sum_num_rate_limit_exceptions"];
    });
    if (all.size() > kDeploymentsMax)
        all.erase(all.begin() + static_cast<Json::difference_type>(kDeploymentsMax), all.end());
    return {200, std::move(all)};
}

Answer Spend::cacheHits(const Asked& asked) {
    const auto [rows, exact] = eventsOf(daysOf(asked, host_.wallMs(), kMonth), Json::object());
    struct Counts {
        int64_t all = 0, hits = 0, cached = 0, generated = 0;
    };
    std::map<std::array<std::string, 3>, Counts> counts;
    for (const auto& row : rows) {
        const auto alias = textIn(row, "key_alias");
        Counts& of =
            counts[{alias.empty() ? "Unnamed Key" : alias, textIn(row, "call_type"), textIn(row, "model")}];
        const bool hit = fromCache(row);
        ++of.all;
        of.hits += hit ? 1 : 0;
        (hit ? of.cached : of.generated) += numberIn(row, "completion_tokens");
    }
    Json all = Json::array();
    for (const auto& [who, of] : counts)
        all.push_back({{"api_key", who[0]},
                       {"call_type", who[1]},
                       {"model", who[2]},
                       {"total_rows", of.all},
                       {"cache_hit_true_rows", of.hits},
                       {"cached_completion_tokens", of.cached},
                       {"generated_completion_tokens", of.generated},
                       {"exact", exact}});
    return {200, std::move(all)};
}

// By day from the sums, which are complete; by route from the newest events.
Answer Spend::gateway(const Asked& asked) {
    const Days days = daysOf(asked, host_.wallMs(), kMonth);
    const Json found =
        sums("", Json::object(), days,
             {{"group_by", "day"}, {"limit", 100'000}, {"sums", {"successful_requests", "failed_requests"}}});
    Json by_date = Json::array();
    for (const auto& row : member(found, "rows"))
        by_date.push_back({{"date", member(row, "day")},
                           {"successful_requests", member(row, "successful_requests")},
                           {"failed_requests", member(row, "failed_requests")}});
    const auto [rows, exact] = eventsOf(days, Json::object());
    std::map<std::string, std::pair<int64_t, int64_t>> counts;
    for (const auto& row : rows) {
        auto& [good, bad] = counts[textIn(row, "route")];
        ++(textIn(row, "status") == "success" ? good : bad);
    }
    Json by_route = Json::array();
    for (const auto& [route, count] : counts)
        by_route.push_back({{"category", "llm"},
                            {"route", route},
                            {"successful_requests", count.first},
                            {"failed_requests", count.second}});
    std::stable_sort(by_route.begin(), by_route.end(), [](const Json& a, const Json& b) {
        return a["successful_requests"] > b["successful_requests"];
    });
    const Json& overall = member(found, "overall");
    return {200,
            {{"total_successful_requests", member(overall, "successful_requests")},
             {"total_failed_requests", member(overall, "failed_requests")},
             {"by_date", std::move(by_date)},
             {"by_route", std::move(by_route)},
             {"by_route_is_exact", exact}}};
}

Routes Spend::metricRoutes() {
    const Fields days{{"start_date", Type::Day}, {"end_date", Type::Day}};
    const Fields chart{{"_selected_model_group", Type::Text},
                       {"startTime", Type::Day},
                       {"endTime", Type::Day},
                       {"api_key", Type::Text},
                       {"customer", Type::Text}};
    const auto route = [](const char* path, const char* summary, const Fields& query, Handler handler) {
        return get(path, Access::SpendGlobal, summary, query, std::move(handler));
    };
    return {route("/model/metrics", "Seconds for a token, by deployment and day", chart,
                  [this](const Asked& a) { return latencies(a); }),
            route("/model/streaming_metrics", "Seconds to the first token of streams, by deployment", chart,
                  [this](const Asked& a) { return firstTokens(a); }),
            route("/model/metrics/slow_responses", "How many answers were slow, by deployment", chart,
                  [this](const Asked& a) { return slowResponses(a); }),
            route("/model/metrics/exceptions", "Failures by deployment and kind", chart,
                  [this](const Asked& a) { return exceptionsByModel(a); }),
            route("/global/activity/exceptions/deployment", "Answers with 429, by deployment and day",
                  with(days, {{"model_group", Type::Text}}),
                  [this](const Asked& a) { return rateLimitsByDeployment(a); }),
            route("/global/activity/cache_hits", "What caches have answered, by key, route and model", days,
                  [this](const Asked& a) { return cacheHits(a); }),
            route("/gateway/daily/activity", "Requests that succeeded and failed, by day and route", days,
                  [this](const Asked& a) { return gateway(a); }),
            post("/global/spend/refresh", Access::OtherWrite, "Nothing has to be made anew here", {},
                 [](const Asked&) {
                     return Answer{200,
                                   {{"message",
                                     "There is no view to refresh: every report counts the events that have "
                                     "reached the store"},
                                    {"status", "success"}}};
                 })};
}

}  // namespace admin_api
