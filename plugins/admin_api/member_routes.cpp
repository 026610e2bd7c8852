// The table of the routes of members.
#include "members.h"

namespace admin_api {

Routes Members::teamRoutes() {
    const Fields limits{{"tpm_limit", Type::Whole}, {"rpm_limit", Type::Whole}};
    const Fields team_add =
        with({{"team_id", Type::Id}, {"member", Type::Any}, {"max_budget_in_team", Type::Number}}, limits);
    const Fields team_many =
        with({{"team_id", Type::Id}, {"members", Type::Any}, {"max_budget_in_team", Type::Number}}, limits);
    const Fields who{{"user_id", Type::Id}, {"user_email", Type::Text}};
    const Fields in_team{{"team_id", Type::Id}};
    const Fields team_update =
        with(with(with(in_team, who), limits), {{"role", Type::Text}, {"max_budget_in_team", Type::Number}});
    const Fields models{{"team_id", Type::Id}, {"models", Type::Texts}};
    const auto on = [this](Answer (Members::*method)(const Asked&, const char*), const char* kind) {
        return [this, method, kind](const Asked& a) { return (this->*method)(a, kind); };
    };
    return {
        post("/team/member_add", Access::TeamJoin, "Takes users into a team", team_add,
             on(&Members::add, "team")),
        post("/team/bulk_member_add", Access::TeamUpdate, "Takes several users into a team", team_many,
             on(&Members::add, "team")),
        post("/team/member_update", Access::TeamUpdate, "Changes the role or the limits of a member",
             team_update, on(&Members::update, "team")),
        post("/team/member_delete", Access::TeamUpdate,
             "Takes a user out of a team, with the keys that are for it", with(in_team, who),
             on(&Members::remove, "team")),
        post("/team/model/add", Access::TeamWrite, "Lets a team use more models", models,
             [this](const Asked& a) { return changeModels(a, true); }),
        post("/team/model/delete", Access::TeamWrite, "Lets a team use fewer models", models,
             [this](const Asked& a) { return changeModels(a, false); }),
        post("/team/{team_id}/member/{user_id}/reset_spend", Access::TeamUpdate,
             "Counts what a member has spent in a team anew", {{"reset_to", Type::Number}},
             [this](const Asked& a) { return resetSpend(a); }),
        get("/team/available", Access::TeamRead, "Teams that the caller may join", {},
            [this](const Asked& a) { return available(a); }),
        get("/team/{team_id}/members/me", Access::TeamRead, "What the caller is in a team", {},
            [this](const Asked& a) { return me(a); }),
    };
}

Routes Members::organizationRoutes() {
    const Fields who{{"user_id", Type::Id}, {"user_email", Type::Text}};
    const Fields in_organization{{"organization_id", Type::Id}};
    const Fields org_add{
        {"organization_id", Type::Id}, {"member", Type::Any}, {"max_budget_in_organization", Type::Number}};
    const Fields org_update =
        with(with(in_organization, who),
             {{"role", Type::Text}, {"user_role", Type::Text}, {"max_budget_in_organization", Type::Number}});
    const auto on = [this](Answer (Members::*method)(const Asked&, const char*), const char* kind) {
        return [this, method, kind](const Asked& a) { return (this->*method)(a, kind); };
    };
    return {
        post("/organization/member_add", Access::OrganizationMembers, "Takes users into an organisation",
             org_add, on(&Members::add, "organization")),
        change("PATCH", "/organization/member_update", Access::OrganizationMembers,
               "Changes the role of a member", org_update, on(&Members::update, "organization")),
        change("DELETE", "/organization/member_delete", Access::OrganizationMembers,
               "Takes a user out of an organisation and its teams", with(in_organization, who),
               on(&Members::remove, "organization")),
    };
}

Routes Members::routes() {
    Routes all = teamRoutes();
    for (auto& route : organizationRoutes()) all.push_back(std::move(route));
    return all;
}

}  // namespace admin_api
