// /team/spend/by_user: who has used how much of what a team has.
#include "json_text.h"
#include "spend.h"

namespace admin_api {
namespace {

constexpr size_t kTeamsMax = 100;
constexpr size_t kRowsMax = 10'000;
constexpr std::pair<const char*, const char*> kSums[]{{"prompt_tokens", "prompt_tokens"},
                                                      {"completion_tokens", "completion_tokens"},
                                                      {"total_tokens", "total_tokens"},
                                                      {"api_requests", "requests"},
                                                      {"successful_requests", "successful_requests"},
                                                      {"failed_requests", "failed_requests"}};

Json valueOf(const Documents& documents, const char* kind, const std::string& id) {
    auto document = documents.find(kind, id);
    return document ? std::move(document->value) : Json::object();
}

}  // namespace

// Team by team, the most expensive first, and in each the most expensive user. Keys of nobody have no
// user_id.
Answer Spend::teamsByUser(const Asked& asked) {
    const Days days = daysOf(asked, host_.wallMs(), 30);
    const auto ids = mine(asked, "team", asked.listed("team_ids"));
    Json where = Json::object();
    if (!ids.empty()) where["team"] = ids;
    const Json teams = sums("team", where, days, {{"limit", kTeamsMax}});
    Json told = Json::array({"spend_pico_usd"});
    for (const auto& [label, sum] : kSums) told.push_back(sum);
    Json rows = Json::array();
    bool whole = member(teams, "total").get<size_t>() <= kTeamsMax;
    for (const auto& team : member(teams, "rows")) {
        const auto id = textIn(team, "team");
        if (id.empty()) continue;  // keys without a team
        if (rows.size() == kRowsMax) whole = false;
        if (rows.size() == kRowsMax) break;
        const Json found =
            sums("user", {{"team", id}}, days, {{"limit", kRowsMax - rows.size()}, {"sums", told}});
        const Json alias = valueOf(documents_, "team", id).value("team_alias", Json());
        for (const auto& row : member(found, "rows")) {
            const auto user = textIn(row, "user");
            const Json known = valueOf(documents_, "user", user);
            Json one{{"team_id", id},
                     {"team_alias", alias},
                     {"user_id", user.empty() ? Json() : Json(user)},
                     {"user_email", known.value("user_email", Json())},
                     {"user_alias", known.value("user_alias", Json())},
                     {"spend", spendIn(row)}};
            for (const auto& [label, sum] : kSums) one[label] = member(row, sum);
            rows.push_back(std::move(one));
        }
        whole = whole && member(found, "total").get<size_t>() <= member(found, "rows").size();
    }
    return {200, {{"results", std::move(rows)}, {"complete", whole}}};
}

}  // namespace admin_api
