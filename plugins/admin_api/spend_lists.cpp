// Whose spending a caller may ask about, and lists of it.
#include <algorithm>

#include "json_text.h"
#include "keys.h"
#include "spend.h"

namespace admin_api {
namespace {

constexpr size_t kValuesMax = 10'000;  // of one question: docs/store.md

struct Filter {
    const char* parameter;
    const char* dimension;
};
constexpr Filter kFilters[]{{"api_key", "key_id"},       {"user_id", "user"},
                            {"team_id", "team"},         {"organization_id", "organization"},
                            {"end_user_id", "end_user"}, {"end_user", "end_user"}};

}  // namespace

Json spendIn(const Json& row) { return usd(picoOf(member(row, "spend_pico_usd"))); }

void Days::putInto(Json& question) const {
    if (!from.empty()) question["from"] = from;
    if (!to.empty()) question["to"] = to;
}

Days daysOf(const Asked& asked, int64_t now_ms, int back) {
    Days days{asked.parameter("start_date").substr(0, 10), asked.parameter("end_date").substr(0, 10)};
    if (back > 0 && days.from.empty() && days.to.empty())
        days.from = timeText(now_ms - int64_t{86'400'000} * (back - 1)).substr(0, 10);
    if (!days.from.empty() && !days.to.empty() && days.to < days.from)
        throw invalid("end_date", days.to, "a day not before start_date, " + days.from);
    return days;
}

bool Spend::sees(const Caller& caller, const std::string& dimension, const std::string& id) const {
    if (caller.viewer()) return true;
    if (id.empty()) return false;
    if (dimension == "user") return rights_.seesUser(caller, id);
    if (dimension == "team") return rights_.runsTeam(caller, id);
    if (dimension == "organization") return rights_.runsOrganization(caller, id);
    if (dimension != "key_id") return false;
    const auto key = documents_.find("key", id);
    return id == caller.key_id || (key && rights_.seesKey(caller, id, key->value));
}

Json Spend::whereOf(const Asked& asked) const {
    Json where = Json::object();
    bool own = false;
    for (const auto& [parameter, dimension] : kFilters) {
        std::string id = asked.parameter(parameter);
        if (id.empty()) continue;
        if (std::string_view(dimension) == "key_id") id = keyId(id);
        // A customer's requests among one's own, not everybody's.
        const bool is_customer = std::string_view(dimension) == "end_user";
        if (!is_customer && !sees(asked.caller, dimension, id)) throw notYours();
        own |= !is_customer;
        where[dimension] = id;
    }
    if (own || asked.caller.viewer()) return where;
    if (asked.caller.user.empty())
        where["key_id"] = asked.caller.key_id;
    else
        where["user"] = asked.caller.user;
    return where;
}

std::vector<std::string> Spend::mine(const Asked& asked, const char* dimension,
                                     const std::vector<std::string>& named) const {
    const Caller& caller = asked.caller;
    const std::string_view by = dimension;
    std::vector<std::string> all;
    for (const auto& one : named) {
        all.push_back(by == "key_id" ? keyId(one) : one);
        if (!sees(caller, dimension, all.back())) throw notYours();
    }
    if (!all.empty() || caller.viewer()) return all;
    const Scope scope = rights_.scopeOf(caller);
    if (by == "user" && !caller.user.empty()) all.push_back(caller.user);
    if (by == "team") all.assign(scope.teams.begin(), scope.teams.end());
    if (by == "organization") all.assign(scope.organizations.begin(), scope.organizations.end());
    if (by == "key_id")
        all = documents_.ids(
            "key", [&](const std::string& id, const Links& links) { return scope.holds(id, links); });
    if (all.empty()) throw notYours();
    if (all.size() > kValuesMax) throw badRequest("More than 10000 of them: name those that you mean");
    return all;
}

Json Spend::sums(const char* dimension, const Json& where, const Days& days, Json more) const {
    Json question{{"report", "spend"}, {"where", where}, {"sums", "spend_pico_usd"}};
    if (*dimension) question["group_by"] = dimension;
    days.putInto(question);
    question.update(more);
    return documents_.report(question);
}

Json Spend::keyNames(const std::string& key) const {
    const auto document = documents_.find("key", key);
    const Json value = document ? document->value : Json::object();
    return {{"key_alias", value.value("key_alias", Json())},
            {"key_name", value.value("key_name", Json())},
            {"team_id", value.value("team_id", Json())}};
}

// LiteLLM: the rows of its table of keys, who spent most first.
Answer Spend::keys(const Asked& asked) {
    Json where = Json::object();
    if (const auto ids = mine(asked, "key_id", {}); !ids.empty()) where["key_id"] = ids;
    const Json rows = listIn(
        sums("key_id", where, daysOf(asked, 0, 0), {{"limit", asked.number("limit", 1000, 1, 10'000)}}),
        "rows");
    Json all = Json::array();
    for (const auto& row : rows) {
        const auto id = textIn(row, "key_id");
        auto document = documents_.find("key", id);
        Json key = document ? std::move(document->value) : Json::object();  // deleted ones have spent, too
        key["token"] = id;
        key["spend"] = spendIn(row);
        all.push_back(std::move(key));
    }
    return {200, std::move(all)};
}

Answer Spend::users(const Asked& asked) {
    Json where = Json::object();
    const auto named = asked.parameter("user_id");
    const auto ids =
        mine(asked, "user", named.empty() ? std::vector<std::string>() : std::vector<std::string>{named});
    if (!ids.empty()) where["user"] = ids;
    const Json rows =
        listIn(sums("user", where, daysOf(asked, 0, 0), {{"limit", asked.number("limit", 1000, 1, 10'000)}}),
               "rows");
    Json all = Json::array();
    for (const auto& row : rows) {
        const auto id = textIn(row, "user");
        auto document = documents_.find("user", id);
        Json user = document ? std::move(document->value) : Json::object();
        user["user_id"] = member(row, "user");
        user["spend"] = spendIn(row);
        all.push_back(std::move(user));
    }
    return {200, std::move(all)};
}

Answer Spend::tags(const Asked& asked) {
    const Json rows = listIn(
        sums("tag", Json::object(), daysOf(asked, 0, 0), {{"limit", 10'000}, {"sums", kSpendAndCount}}),
        "rows");
    Json all = Json::array();
    for (const auto& row : rows)
        all.push_back({{"individual_request_tag", member(row, "tag")},
                       {"log_count", member(row, "requests")},
                       {"total_spend", spendIn(row)}});
    return {200, std::move(all)};
}

// /key/spend/report and its kin: what each has used in the time asked for, the most expensive first.
Answer Spend::reportBy(const Asked& asked, const char* dimension) {
    static const std::map<std::string_view, const char*> kLabels{
        {"key_id", "api_key"}, {"team", "team_id"}, {"user", "user_id"}, {"organization", "organization_id"}};
    const char* label = kLabels.at(dimension);
    const Page page = pageOf(asked, "page_size", 50, 1000);
    Json where = Json::object();
    if (const auto ids = mine(asked, dimension, asked.listed(label)); !ids.empty()) where[dimension] = ids;
    static constexpr const char* kSums[]{"prompt_tokens", "completion_tokens",   "total_tokens",
                                         "requests",      "successful_requests", "failed_requests"};
    Json told = Json::array({"spend_pico_usd"});
    for (const char* sum : kSums) told.push_back(sum);
    const Json found = sums(dimension, where, daysOf(asked, host_.wallMs(), 30),
                            {{"limit", page.size}, {"offset", page.begin()}, {"sums", told}});
    Json rows = Json::array();
    for (const auto& row : member(found, "rows")) {
        Json one{{label, member(row, dimension)}};
        if (std::string_view(dimension) == "key_id") one.update(keyNames(textIn(row, "key_id")));
        one["spend"] = spendIn(row);
        for (const char* sum : kSums) one[sum] = member(row, sum);
        rows.push_back(std::move(one));
    }
    const auto total = member(found, "total").get<size_t>();
    return {200,
            {{"results", std::move(rows)},
             {"total_spend", spendIn(member(found, "overall"))},
             {"total", total},
             {"page", page.number},
             {"page_size", page.size},
             {"total_pages", page.pagesOf(total)}}};
}

}  // namespace admin_api
