// /global/spend/…: what everybody has used.
#include "json_text.h"
#include "keys.h"
#include "spend.h"
#include "spent.h"

namespace admin_api {
namespace {

constexpr int kMonth = 30;  // LiteLLM's views of the last thirty days
constexpr size_t kModelsMax = 10'000;

// Of a day, by id: a list of what each has used. As text, for there may be thirty thousand in an answer.
Json partsOf(const Json& sums_by_id, const std::string& label) {
    std::string text;
    for (const auto& [id, sums] : sums_by_id.items()) {
        (text += text.empty() ? "[{\"" : ",{\"") += label;
        appendText(id, text += "\":");
        (text += ",\"total_spend\":") += picoOf(member(sums, "spend_pico_usd")).usd();
        append(member(sums, "total_tokens"), text += ",\"total_tokens\":");
        append(member(sums, "requests"), text += ",\"requests\":");
        text += '}';
    }
    return text.empty() ? Json::array() : written(text += ']');
}

}  // namespace

// Since the beginning of the records, or what is asked for. Sluice has no budget of the whole gateway.
Answer Spend::total(const Asked& asked) {
    const Json all = sums("", Json::object(), daysOf(asked, 0, 0), {{"limit", 0}});
    return {200, {{"spend", spendIn(member(all, "overall"))}, {"max_budget", nullptr}}};
}

Answer Spend::topKeys(const Asked& asked) {
    const Json found = sums("key_id", Json::object(), daysOf(asked, host_.wallMs(), kMonth),
                            {{"limit", asked.number("limit", 10, 1, 10'000)}});
    Json all = Json::array();
    for (const auto& row : member(found, "rows")) {
        Json one{{"api_key", member(row, "key_id")}};
        one.update(keyNames(textIn(row, "key_id")));
        one["total_spend"] = spendIn(row);
        all.push_back(std::move(one));
    }
    return {200, std::move(all)};
}

Answer Spend::top(const Asked& asked, const char* dimension, const char* label, const char* spend_name) {
    const Json found = sums(dimension, Json::object(), daysOf(asked, host_.wallMs(), kMonth),
                            {{"limit", asked.number("limit", 100, 1, 10'000)}});
    Json all = Json::array();
    for (const auto& row : member(found, "rows"))
        all.push_back({{label, member(row, dimension)}, {spend_name, spendIn(row)}});
    return {200, std::move(all)};
}

Answer Spend::topTeams(const Asked& asked) {
    const Days days = daysOf(asked, host_.wallMs(), kMonth);
    Json teams = Json::array(), totals = Json::array();
    const auto nameOf = [this](const Json& row) {
        const auto id = textIn(row, "team");
        const auto team = documents_.find("team", id);
        const auto alias = team ? textIn(team->value, "team_alias") : std::string();
        return id.empty() ? std::string("Unassigned") : alias.empty() ? id : alias;
    };
    for (const auto& row : listIn(sums("team", Json::object(), days, {{"limit", 10'000}}), "rows")) {
        teams.push_back(nameOf(row));
        totals.push_back(
            {{"team_id", member(row, "team").is_null() ? Json("Unassigned") : member(row, "team")},
             {"team_alias", nameOf(row)},
             {"total_spend", spendIn(row)}});
    }
    std::map<std::string, std::string> names;  // by id: there are many days
    std::map<std::string, std::map<std::string, Json>> by_day;
    for (const auto& row : listIn(sums("team", Json::object(), days,
                                       {{"group_by", {"team", "day"}}, {"order", "day"}, {"limit", 100'000}}),
                                  "rows")) {
        const auto known = names.try_emplace(textIn(row, "team"));
        if (known.second) known.first->second = nameOf(row);
        by_day[textIn(row, "day")][known.first->second] = spendIn(row);
    }
    Json daily = Json::array();
    for (auto& [date, teams_of_day] : by_day) {
        Json day{{"date", date}};
        auto& members = static_cast<Json::object_t::Container&>(day.get_ref<Json::object_t&>());
        for (auto& [name, spend] : teams_of_day) members.emplace_back(name, std::move(spend));
        daily.push_back(std::move(day));
    }
    return {200,
            {{"daily_spend", std::move(daily)},
             {"teams", std::move(teams)},
             {"total_spend_per_team", std::move(totals)}}};
}

Answer Spend::byDay(const Asked& asked) {
    Json where = Json::object();
    if (const auto key = asked.parameter("api_key"); !key.empty()) where["key_id"] = keyId(key);
    const Json found =
        sums("", where, daysOf(asked, host_.wallMs(), kMonth), {{"group_by", "day"}, {"limit", 100'000}});
    Json all = Json::array();
    for (const auto& row : member(found, "rows"))
        all.push_back({{"date", member(row, "day")}, {"spend", spendIn(row)}});
    return {200, std::move(all)};
}

// LiteLLM's shapes differ by group_by: teams and customers by day, keys and users in one sum; models inside.
Answer Spend::report(const Asked& asked) {
    struct Kind {
        const char* dimension;
        const char* list;
        const char* label;
    };
    static const std::map<std::string, Kind> kKinds{{"team", {"team", "teams", "team_name"}},
                                                    {"customer", {"end_user", "customers", "customer"}},
                                                    {"api_key", {"key_id", "", "api_key"}},
                                                    {"user", {"user", "", "user"}},
                                                    {"internal_user", {"user", "", "user"}}};
    auto name = asked.parameter("group_by");
    if (name.empty()) name = !asked.parameter("api_key").empty() ? "api_key" : "team";
    const auto kind = kKinds.find(name);
    if (kind == kKinds.end())
        throw invalid("group_by", Json(name.substr(0, 60)).dump(), "team, customer, api_key, user");
    const auto [dimension, list, label] = kind->second;
    Json where = whereOf(asked);
    Json question{{"report", "activity"},
                  {"breakdown", Json::array({dimension})},
                  {"breakdown_limit", 1000},
                  {"where", where},
                  {"sums", {"spend_pico_usd", "total_tokens", "requests"}}};
    daysOf(asked, host_.wallMs(), kMonth).putInto(question);
    Json all = Json::array();
    if (*list) {
        for (const auto& day : listIn(documents_.report(question), "days")) {
            auto parts = partsOf(member(member(day, "breakdown"), dimension), label);
            all.push_back({{"group_by_day", member(day, "date")}, {list, std::move(parts)}});
        }
        return {200, std::move(all)};
    }
    const Days days = daysOf(asked, host_.wallMs(), kMonth);
    const auto details = [](const Json& sums) {
        return Json{{"total_cost", spendIn(sums)},
                    {"total_input_tokens", member(sums, "prompt_tokens")},
                    {"total_output_tokens", member(sums, "completion_tokens")}};
    };
    const Json told = Json::array({"spend_pico_usd", "prompt_tokens", "completion_tokens"});
    for (const auto& row : listIn(
             sums(dimension, where, days, {{"limit", asked.number("limit", 100, 1, 1000)}, {"sums", told}}),
             "rows")) {
        Json one{{label, member(row, dimension)}};
        one.update(details(row));
        Json inside = where, models = Json::array();
        inside[dimension] = textIn(row, dimension);
        for (const auto& model :
             listIn(sums("model", inside, days, {{"limit", kModelsMax}, {"sums", told}}), "rows")) {
            Json part{{"model", member(model, "model")}};
            part.update(details(model));
            models.push_back(std::move(part));
        }
        one["model_details"] = std::move(models);
        all.push_back(std::move(one));
    }
    return {200, std::move(all)};
}

Answer Spend::spendPerTag(const Asked& asked) {
    Json where = Json::object();
    if (const auto tags = asked.listed("tags"); !tags.empty()) where["tag"] = tags;
    Json all = Json::array();
    for (const auto& row : listIn(sums("tag", where, daysOf(asked, host_.wallMs(), kMonth),
                                       {{"limit", 10'000}, {"sums", kSpendAndCount}}),
                                  "rows"))
        all.push_back(
            {{"name", member(row, "tag")}, {"spend", spendIn(row)}, {"log_count", member(row, "requests")}});
    return {200, {{"spend_per_tag", std::move(all)}}};
}

Answer Spend::names(const Asked& asked, const char* dimension, const char* label) {
    const Json found = documents_.report({{"report", "names"},
                                          {"dimension", dimension},
                                          {"contains", asked.parameter("search")},
                                          {"limit", asked.number("limit", 10'000, 1, 100'000)}});
    return {200, {{label, member(found, "rows")}}};
}

Answer Spend::endUsers(const Asked& asked) {
    Json where = Json::object(), all = Json::array();
    if (const auto key = textIn(asked.body, "api_key"); !key.empty()) where["key_id"] = keyId(key);
    Days days{textIn(asked.body, "startTime").substr(0, 10), textIn(asked.body, "endTime").substr(0, 10)};
    if (!days.from.empty() && !days.to.empty() && days.to < days.from)
        throw invalid("endTime", days.to, "a time not before startTime");
    for (const auto& row :
         listIn(sums("end_user", where, days, {{"limit", 100}, {"sums", kSpendAndCount}}), "rows"))
        all.push_back({{"end_user", member(row, "end_user")},
                       {"total_count", member(row, "requests")},
                       {"total_spend", spendIn(row)}});
    return {200, std::move(all)};
}

// LiteLLM: all keys and teams begin at nothing; the events stay.
Answer Spend::reset(const Asked& asked) {
    const int64_t now = host_.wallMs();
    const Json words{{"spend_from", timeText(now)}, {"spend_base_usd", 0}};
    Json counts = Json::object();
    for (const char* kind : {"key", "team"})
        counts[kind] = documents_.editAll(
            kind, [now](Json& value) { resetSpend(value, Json(0), now); }, asked.caller.name(), words);
    return {200,
            {{"message", "Spend for all API Keys and Teams reset successfully"},
             {"status", "success"},
             {"keys", counts["key"]},
             {"teams", counts["team"]}}};
}

}  // namespace admin_api
