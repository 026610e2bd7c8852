// The table of the routes of spending.
#include <array>

#include "spend.h"

namespace admin_api {
namespace {

const Fields kDays{{"start_date", Type::Day}, {"end_date", Type::Day}};
const Fields kPages{{"page", Type::Whole}, {"page_size", Type::Whole}};
const Fields kWho{{"api_key", Type::Text},         {"user_id", Type::Text},  {"team_id", Type::Text},
                  {"organization_id", Type::Text}, {"end_user", Type::Text}, {"end_user_id", Type::Text}};
constexpr size_t kDaysMax = 100'000;  // more than any store has

}  // namespace

Routes Spend::logRoutes() {
    const Fields some = with(kDays, {{"limit", Type::Whole}});
    const Fields paged = with(with(with(kDays, kPages), kWho), {{"request_id", Type::Text},
                                                                {"status_filter", Type::Text},
                                                                {"model", Type::Text},
                                                                {"model_group", Type::Text},
                                                                {"custom_llm_provider", Type::Text}});
    return {
        get("/spend/keys", Access::SpendOwn, "Keys and what they have used, the most expensive first", some,
            [this](const Asked& a) { return keys(a); }),
        get("/spend/users", Access::SpendUsers, "Users and what they have used",
            with(some, {{"user_id", Type::Text}}), [this](const Asked& a) { return users(a); }),
        get("/spend/tags", Access::SpendGlobal, "Tags and what was used under them", kDays,
            [this](const Asked& a) { return tags(a); }),
        get("/spend/logs", Access::SpendOwn, "Requests, or sums by day",
            with(with(kDays, kWho),
                 {{"request_id", Type::Text}, {"summarize", Type::Flag}, {"limit", Type::Whole}}),
            [this](const Asked& a) { return logs(a); }),
        get("/spend/logs/v2", Access::SpendOwn, "Requests, by pages", paged,
            [this](const Asked& a) { return logsByPage(a); }),
        get("/spend/logs/ui", Access::SpendOwn, "Requests, by pages", paged,
            [this](const Asked& a) { return logsByPage(a); }),
        get("/spend/logs/ui/{request_id}", Access::SpendOwn, "One request", {},
            [this](const Asked& a) { return oneLog(a); }),
    };
}

Routes Spend::ownRoutes() {
    const Fields of_days =
        with(kDays, {{"api_key", Type::Text}, {"model", Type::Text}, {"breakdown_limit", Type::Whole}});
    const Fields of_day = with(kPages, of_days);
    Routes routes = logRoutes();
    struct By {
        const char* path;
        const char* dimension;
        const char* parameter;
        Access access;
    };
    for (const By& by : {By{"/user", "user", "user_id", Access::SpendUsers},
                         By{"/team", "team", "team_ids", Access::SpendTeams},
                         By{"/organization", "organization", "organization_ids", Access::SpendOrganizations},
                         By{"/customer", "end_user", "end_user_ids", Access::SpendGlobal},
                         By{"/end_user", "end_user", "end_user_ids", Access::SpendGlobal},
                         By{"/tag", "tag", "tags", Access::SpendGlobal}}) {
        const std::string path = std::string(by.path) + "/daily/activity";
        const Fields one{{by.parameter, Type::Text}};
        routes.push_back(get(path, by.access, "What was used, by day and by what it was made of",
                             with(of_day, one), [this, by](const Asked& a) {
                                 return daily(a, by.dimension, by.parameter,
                                              pageOf(a, "page_size", 50, 1000));
                             }));
        routes.push_back(get(path + "/aggregated", by.access, "The same on one page", with(of_days, one),
                             [this, by](const Asked& a) {
                                 return daily(a, by.dimension, by.parameter, {1, kDaysMax});
                             }));
    }
    for (const By& by : {By{"/key", "key_id", "api_key", Access::SpendOwn},
                         By{"/team", "team", "team_id", Access::SpendTeams},
                         By{"/user", "user", "user_id", Access::SpendUsers},
                         By{"/organization", "organization", "organization_id", Access::SpendOrganizations}})
        routes.push_back(get(std::string(by.path) + "/spend/report", by.access,
                             "What each has used, by pages",
                             with(with(kDays, kPages), {{by.parameter, Type::Text}}),
                             [this, by](const Asked& a) { return reportBy(a, by.dimension); }));
    routes.push_back(get("/team/spend/by_user", Access::SpendTeams, "What each user has used in each team",
                         with(kDays, {{"team_ids", Type::Text}}),
                         [this](const Asked& a) { return teamsByUser(a); }));
    return routes;
}

Routes Spend::globalRoutes() {
    const Fields some = with(kDays, {{"limit", Type::Whole}});
    const Fields search{{"search", Type::Text}, {"limit", Type::Whole}};
    const auto all = [](const char* path, const char* summary, const Fields& query, Handler handler) {
        return get(path, Access::SpendGlobal, summary, query, std::move(handler));
    };
    return {
        all("/global/spend", "What everybody has used", kDays, [this](const Asked& a) { return total(a); }),
        all("/global/spend/keys", "The most expensive keys", some,
            [this](const Asked& a) { return topKeys(a); }),
        all("/global/spend/teams", "Teams, in all and by day", kDays,
            [this](const Asked& a) { return topTeams(a); }),
        all("/global/spend/models", "The most expensive models", some,
            [this](const Asked& a) { return top(a, "model", "model", "total_spend"); }),
        all("/global/spend/provider", "Providers", some,
            [this](const Asked& a) { return top(a, "provider", "provider", "spend"); }),
        all("/global/spend/logs", "What was used, by day", with(kDays, {{"api_key", Type::Text}}),
            [this](const Asked& a) { return byDay(a); }),
        all("/global/spend/report", "What teams, customers, keys or users have used",
            with(with(some, kWho), {{"group_by", Type::Text}}), [this](const Asked& a) { return report(a); }),
        all("/global/spend/tags", "What was used under tags", with(kDays, {{"tags", Type::Text}}),
            [this](const Asked& a) { return spendPerTag(a); }),
        all("/global/spend/all_tag_names", "All tags", search,
            [this](const Asked& a) { return names(a, "tag", "tag_names"); }),
        all("/global/all_end_users", "All customers", search,
            [this](const Asked& a) { return names(a, "end_user", "end_users"); }),
        post("/global/spend/end_users", Access::SpendGlobal, "The most expensive customers",
             {{"api_key", Type::Text}, {"startTime", Type::Day}, {"endTime", Type::Day}},
             [this](const Asked& a) { return endUsers(a); }),
        post("/global/spend/reset", Access::SpendReset, "Counts what keys and teams have spent anew", {},
             [this](const Asked& a) { return reset(a); }),
        all("/global/activity", "Requests and tokens by day", kDays,
            [this](const Asked& a) { return activity(a); }),
        all("/global/activity/model", "Requests and tokens by model and day", some,
            [this](const Asked& a) { return activityByModel(a); }),
        all("/global/activity/exceptions", "Failures by day", with(kDays, {{"model_group", Type::Text}}),
            [this](const Asked& a) { return exceptions(a); }),
    };
}

Routes Spend::routes() {
    Routes all = ownRoutes();
    for (Routes& more : std::array{globalRoutes(), metricRoutes()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace admin_api
