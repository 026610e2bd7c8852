// /team/{team_id}/member/{user_id}/reset_spend, /team/available, and how somebody joins a team.
#include <algorithm>

#include "accounts/entity.h"
#include "json_text.h"
#include "members.h"
#include "spent.h"

namespace admin_api {
namespace {

// What a user has used in a team since the beginning of a day: two dimensions together know whole days.
Pico usedSince(const Documents& documents, const std::string& team, const std::string& user,
               const std::string& day) {
    Json question{{"report", "spend"},
                  {"group_by", Json::array()},
                  {"where", {{"team", team}, {"user", user}}},
                  {"sums", "spend_pico_usd"}};
    if (!day.empty()) question["from"] = day;
    const Json rows = listIn(documents.report(question), "rows");
    return rows.empty() ? Pico() : picoOf(member(rows[0], "spend_pico_usd"));
}

Pico amountIn(const Json& object, const char* name) {
    return isSet(object, name) ? Pico::fromUsd(object[name].dump()).value_or(Pico()) : Pico();
}

}  // namespace

// The plugin limits counts whole days for members, so what the day had before the reset is kept beside it, to
// be taken off again (accounts/usage_limits.h).
Answer Members::resetSpend(const Asked& asked) {
    const std::string& id = asked.path.at("team_id");
    const std::string& user = asked.path.at("user_id");
    if (!rights_.runsTeam(asked.caller, id)) throw notYours();
    auto team = documents_.find("team", id);
    if (!team) throw notFound("Team " + id.substr(0, 100));
    Json* entry = findMember(team->value, "team", user);
    if (!entry) throw notFound("A member with this id");
    // Else the budget of a member who runs the team would never be reached.
    if (!asked.caller.admin() && user == asked.caller.user)
        throw forbidden("What you have spent yourself is reset by somebody else");
    const int64_t now = host_.wallMs();
    std::string duration = textIn(*entry, "budget_duration");
    if (duration.empty()) duration = textIn(team->value, "team_member_budget_duration");
    const int64_t period = std::max<int64_t>(periodStart(duration, now), 0);
    const int64_t last = accounts::readTime(accounts::Json(textIn(*entry, "spend_from"))).value_or(0);
    const int64_t since = std::max(period, last);
    Pico spent = usedSince(documents_, id, user, since > 0 ? timeText(since).substr(0, 10) : std::string());
    if (last > period) {
        spent += amountIn(*entry, "spend_base_usd");
        spent -= amountIn(*entry, "spend_before_usd");
    }
    if (spent < Pico()) spent = Pico();
    const Json wanted = asked.body.value("reset_to", Json());
    const Json base = wanted.is_number() ? wanted : Json(0);
    if (spent < Pico::fromUsd(base.dump()).value_or(Pico()))
        throw badRequest(
            "reset_to: found " + base.dump() + "; allowed: at most what was spent, " + spent.usd(),
            "reset_to");
    admin_api::resetSpend(*entry, base, now);
    (*entry)["spend_before_usd"] = usd(usedSince(documents_, id, user, timeText(now).substr(0, 10)));
    const Json answer{{"team_id", id},
                      {"user_id", user},
                      {"spend", base},
                      {"previous_spend", usd(spent)},
                      {"max_budget_in_team", entry->value("max_budget_in_team", Json())},
                      {"spend_from", (*entry)["spend_from"]}};
    team->value["updated_at"] = timeText(now);
    documents_.write({{"team", id, std::move(team->value), team->version}}, "updated", asked.caller.name());
    return {200, answer};
}

bool Members::isAvailable(const std::string& team) const {
    return std::find(available_.begin(), available_.end(), team) != available_.end();
}

void Members::requireJoin(const Asked& asked, const std::string& team) const {
    const Caller& caller = asked.caller;
    const Json& member = asked.body.value("member", Json());
    const Json one = member.is_array() && member.size() == 1 ? member[0] : member;
    const bool self = caller.is(Role::User) && !caller.user.empty() && textIn(one, "user_id") == caller.user;
    if (!isAvailable(team) || !documents_.has("team", team) || !self) throw notYours();
    for (const char* role : {"role", "user_role"}) {
        if (isSet(one, role) && one[role] != Json("user"))
            throw forbidden("role: found " +
                            one[role].dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 60) +
                            "; allowed for who joins a team: user");
    }
    for (const char* limit : {"max_budget_in_team", "tpm_limit", "rpm_limit", "user_email"}) {
        if (isSet(asked.body, limit) || isSet(one, limit))
            throw forbidden(std::string(limit) + ": only who runs the team may set this");
    }
}

// Without the names of those who are in them.
Answer Members::available(const Asked& asked) const {
    const Caller& caller = asked.caller;
    Json all = Json::array();
    for (const auto& id : available_) {
        const bool joins = caller.is(Role::User) && !caller.user.empty() && mayJoin(caller, id, caller.user);
        if (rights_.isMember(caller, id) || !(caller.viewer() || joins)) continue;
        const auto team = documents_.find("team", id);
        if (!team) continue;
        Json one{{"team_id", id}};
        for (const char* name : {"team_alias", "organization_id", "models"})
            one[name] = team->value.value(name, Json());
        all.push_back(std::move(one));
    }
    return {200, std::move(all)};
}

}  // namespace admin_api
