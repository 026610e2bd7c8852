// The table of the routes of teams, users and the rest.
#include "groups.h"

namespace admin_api {

const std::vector<Resource>& Groups::resources() {
    const Fields customer = withLimits(
        {{"alias", Type::Text}, {"allowed_model_region", Type::Text}, {"default_model", Type::Text}});
    static const std::vector<Resource> all{
        {"team", "/team", "team_id", "Team",
         withLimits({{"team_alias", Type::Text},
                     {"organization_id", Type::Id},
                     {"model_aliases", Type::TextMap},
                     {"access_group_ids", Type::Texts},
                     {"team_member_budget", Type::Number},
                     {"team_member_budget_duration", Type::Duration},
                     {"team_member_rpm_limit", Type::Whole},
                     {"team_member_tpm_limit", Type::Whole},
                     {"team_member_permissions", Type::Texts},
                     {"members_with_roles", Type::Any},
                     {"admins", Type::Texts},
                     {"members", Type::Texts}}),
         true, "team", Access::TeamRead, Access::TeamWrite, Access::TeamUpdate},
        {"user", "/user", "user_id", "User",
         withLimits({{"user_email", Type::Text},
                     {"user_alias", Type::Text},
                     {"user_role", Type::Text},
                     {"access_group_ids", Type::Texts},
                     {"teams", Type::Texts},
                     {"organizations", Type::Texts},
                     {"auto_create_key", Type::Flag},
                     {"sso_user_id", Type::Text}}),
         true, "user", Access::UserRead, Access::UserWrite, Access::UserWrite},
        {"organization", "/organization", "organization_id", "Organization",
         withLimits({{"organization_alias", Type::Text}, {"access_group_ids", Type::Texts}}), true,
         "organization", Access::OrganizationRead, Access::OrganizationWrite, Access::OrganizationWrite},
        {"project", "/project", "project_id", "Project",
         withLimits({{"project_alias", Type::Text},
                     {"team_id", Type::Id},
                     {"description", Type::Text},
                     {"access_group_ids", Type::Texts}}),
         true, "", Access::OtherRead, Access::OtherWrite, Access::OtherWrite},
        {"customer", "/customer", "user_id", "Customer", customer, false, "end_user", Access::OtherRead,
         Access::OtherWrite, Access::OtherWrite},
        {"customer", "/end_user", "user_id", "Customer", customer, false, "end_user", Access::OtherRead,
         Access::OtherWrite, Access::OtherWrite},
        {"budget", "/budget", "budget_id", "Budget", withLimits({}), true, "", Access::OtherRead,
         Access::OtherWrite, Access::OtherWrite}};
    return all;
}

void Groups::addRoutes(const Resource& r, Routes& routes) {
    // Bodies of routes that take several: the names of their members live as long as the program.
    static const std::map<std::string, std::string> kMany{{"team_id", "team_ids"},
                                                          {"user_id", "user_ids"},
                                                          {"organization_id", "organization_ids"},
                                                          {"project_id", "project_ids"},
                                                          {"budget_id", "budget_ids"}};
    const char* many = kMany.at(r.id).c_str();
    const std::string prefix = r.prefix;
    const Fields own = with({{r.id, Type::Id}}, r.fields);
    const Fields some{{r.id, Type::Id}, {many, Type::Texts}};
    Fields which{{r.id, Type::Text}};
    if (r.is("customer")) which.push_back({"end_user_id", Type::Text});
    routes.push_back(post(prefix + "/new", r.write, "Makes one", own,
                          [this, &r](const Asked& a) { return create(r, a); }));
    routes.push_back(post(prefix + "/update", r.update, "Changes members of it", own,
                          [this, &r](const Asked& a) { return update(r, a); }));
    routes.push_back(post(prefix + "/delete", r.write, "Takes them away, with the keys that are theirs",
                          with(some, {{"id", Type::Id}}),
                          [this, &r](const Asked& a) { return remove(r, a); }));
    routes.push_back(post(prefix + "/block", r.write, "Closes them", some,
                          [this, &r](const Asked& a) { return setBlocked(r, a, true); }));
    routes.push_back(post(prefix + "/unblock", r.write, "Opens them again", some,
                          [this, &r](const Asked& a) { return setBlocked(r, a, false); }));
    routes.push_back(get(prefix + "/info", r.read, "Tells of one", which,
                         [this, &r](const Asked& a) { return info(r, a); }));
    if (r.is("user")) {
        routes.push_back(get("/user/list", r.read, "Users, by pages",
                             {{"page", Type::Whole},
                              {"page_size", Type::Whole},
                              {"role", Type::Text},
                              {"user_ids", Type::Text},
                              {"user_email", Type::Text},
                              {"team", Type::Text}},
                             [this](const Asked& a) { return listUsers(a); }));
        return;
    }
    const Fields filters =
        r.is("team") ? Fields{{"user_id", Type::Text}, {"organization_id", Type::Text}} : Fields{};
    routes.push_back(get(prefix + "/list", r.read, "All of them", filters,
                         [this, &r](const Asked& a) { return list(r, a); }));
}

// The same under LiteLLM's other methods and paths.
void Groups::addOtherForms(Routes& routes) {
    const Resource &team = resources()[0], &user = resources()[1];
    const auto own = [](const Resource& r) { return with({{r.id, Type::Id}}, r.fields); };
    routes.push_back(change("PATCH", "/team/{id}", team.update, "Changes members of a team", own(team),
                            [this, &team](const Asked& a) { return update(team, a); }));
    routes.push_back(get("/v2/team/list", team.read, "Teams, by pages",
                         {{"page", Type::Whole}, {"page_size", Type::Whole}, {"organization_id", Type::Text}},
                         [this](const Asked& a) { return pagedTeams(a); }));
    routes.push_back(get("/v2/user/info", user.read, "Tells of one user", {{user.id, Type::Text}},
                         [this, &user](const Asked& a) {
                             const Answer whole = info(user, a);
                             return Answer{200, whole.body["user_info"]};
                         }));
    routes.push_back(post("/user/bulk_update", user.update, "Changes several users, all or none",
                          {{"users", Type::Any}}, [this](const Asked& a) { return updateUsers(a); }));
    addOrganizationForms(routes);
}

void Groups::addOrganizationForms(Routes& routes) {
    const Resource& organization = resources()[2];
    const Fields own = with({{organization.id, Type::Id}}, organization.fields);
    routes.push_back(change("PATCH", "/organization/update", organization.update,
                            "Changes members of an organisation", own,
                            [this, &organization](const Asked& a) { return update(organization, a); }));
    routes.push_back(change("PATCH", "/v2/organization/{id}", organization.update,
                            "Changes members of an organisation", own,
                            [this, &organization](const Asked& a) { return update(organization, a); }));
    routes.push_back(change("DELETE", "/organization/delete", organization.write, "Takes organisations away",
                            {{"organization_id", Type::Id}, {"organization_ids", Type::Texts}},
                            [this, &organization](const Asked& a) { return remove(organization, a); }));
    routes.push_back(post("/organization/info", organization.read, "Several organisations",
                          {{"organizations", Type::Texts}}, [this, &organization](const Asked& a) {
                              Json all = Json::array();
                              for (const auto& id : textsIn(a.body, "organizations")) {
                                  auto one = sees(organization, a.caller, id)
                                                 ? documents_.find("organization", id)
                                                 : std::nullopt;
                                  if (one) all.push_back(std::move(one->value));
                              }
                              return Answer{200, std::move(all)};
                          }));
    routes.push_back(post("/budget/info", Access::OtherRead, "Several budgets", {{"budgets", Type::Texts}},
                          [this](const Asked& a) { return budgets(a); }));
}

Routes Groups::routes() {
    Routes routes;
    for (const auto& resource : resources()) addRoutes(resource, routes);
    addOtherForms(routes);
    for (auto& route : members_.routes()) routes.push_back(std::move(route));
    for (auto& route : callbacks_.routes()) routes.push_back(std::move(route));
    return routes;
}

}  // namespace admin_api
