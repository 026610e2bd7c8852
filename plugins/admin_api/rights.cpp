#include "rights.h"

#include <algorithm>

#include "fields.h"
#include "member_permissions.h"

namespace admin_api {
namespace {

struct Row {
    Access access;
    const char* name;
    // Master, Admin, Viewer, OrganizationAdmin, TeamAdmin, User, UserViewer, Key: A everything, O what is
    // their own, - nothing. The handlers look after the O.
    const char* reach;
};

constexpr std::array<Row, 24> kTable{{{Access::Open, "open", "AAAAAAAA"},
                                      {Access::KeyRead, "key.read", "AAAOOOOO"},
                                      {Access::KeyWrite, "key.write", "AA-OOO--"},
                                      {Access::KeyBlock, "key.block", "AA-OO---"},
                                      {Access::KeyReset, "key.reset", "AA------"},
                                      {Access::TeamRead, "team.read", "AAAOOOOO"},
                                      {Access::TeamUpdate, "team.update", "AA-OO---"},
                                      {Access::TeamWrite, "team.write", "AA-O----"},
                                      {Access::TeamJoin, "team.join", "AA-OOO--"},
                                      {Access::UserRead, "user.read", "AAAOOOO-"},
                                      {Access::UserWrite, "user.write", "AA-O----"},
                                      {Access::OrganizationRead, "organization.read", "AAAOOOOO"},
                                      {Access::OrganizationMembers, "organization.members", "AA-O----"},
                                      {Access::OrganizationWrite, "organization.write", "AA------"},
                                      {Access::OtherRead, "other.read", "AAA-----"},
                                      {Access::OtherWrite, "other.write", "AA------"},
                                      {Access::SpendOwn, "spend.own", "AAAOOOOO"},
                                      {Access::SpendUsers, "spend.users", "AAAOOOO-"},
                                      {Access::SpendTeams, "spend.teams", "AAAOO---"},
                                      {Access::SpendOrganizations, "spend.organizations", "AAAO----"},
                                      {Access::SpendGlobal, "spend.global", "AAA-----"},
                                      {Access::SpendReset, "spend.reset", "A-------"},
                                      {Access::Audit, "audit", "AAA-----"},
                                      {Access::ModelRead, "model.read", "AAAOOOOO"}}};

constexpr bool inOrder() {
    for (size_t i = 0; i < kTable.size(); ++i) {
        if (static_cast<size_t>(kTable[i].access) != i) return false;
    }
    return true;
}
static_assert(inOrder());

bool isOneOf(const std::string& text, std::initializer_list<std::string_view> all) {
    return std::find(all.begin(), all.end(), text) != all.end();
}

bool runs(const Memberships& memberships, const std::string& id, std::string_view role) {
    const auto found = memberships.find(id);
    return found != memberships.end() && found->second == role;
}

bool runsAny(const Memberships& memberships, std::string_view role) {
    return std::any_of(memberships.begin(), memberships.end(),
                       [&](const auto& one) { return one.second == role; });
}

}  // namespace

const char* nameOf(Access access) { return kTable[static_cast<size_t>(access)].name; }

bool changes(Access access) {
    const std::string_view name = nameOf(access);
    const bool reads = name.size() > 5 && name.substr(name.size() - 5) == ".read";
    return !reads && access != Access::SpendGlobal && access != Access::Open;
}

bool Caller::is(Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

// A key that somebody else made for its user (member `delegated`) has none of the user's powers here: who may
// make keys for others would have the others' powers otherwise.
Caller Rights::callerOf(bool admin, Caller caller) const {
    if (auto key = documents_.find("key", caller.key_id)) caller.key = std::move(key->value);
    if (admin) caller.roles.push_back(Role::Master);
    const bool delegated = caller.key.is_object() && caller.key.value("delegated", Json()) == Json(true);
    if (delegated) caller.user.clear();
    caller.roles.push_back(Role::Key);
    if (admin || caller.user.empty()) return caller;
    const std::string role = roleOf(caller.user);
    if (role == "proxy_admin") caller.roles.push_back(Role::Admin);
    if (role == "proxy_admin_viewer") caller.roles.push_back(Role::Viewer);
    if (isOneOf(role, {"internal_user", "org_admin"})) caller.roles.push_back(Role::User);
    caller.roles.push_back(Role::UserViewer);  // whoever has a name may look at what is under that name
    caller.teams = documents_.membershipsOf("team", caller.user);
    caller.organizations = documents_.membershipsOf("organization", caller.user);
    if (runsAny(caller.teams, "admin")) caller.roles.push_back(Role::TeamAdmin);
    if (runsAny(caller.organizations, "org_admin")) caller.roles.push_back(Role::OrganizationAdmin);
    return caller;
}

bool Scope::holds(const std::string& id, const Links& links) const {
    if (all || id == key_id || (!user.empty() && links.user == user)) return true;
    return links.team.empty() ? organizations.count(links.organization) > 0 : teams.count(links.team) > 0;
}

Scope Rights::scopeOf(const Caller& caller) const {
    Scope scope{caller.viewer(), caller.key_id, caller.user, {}, {}};
    if (scope.all) return scope;
    for (const auto& [id, role] : caller.teams) {
        if (role == "admin") scope.teams.insert(id);
    }
    for (const auto& [id, role] : caller.organizations) {
        if (role == "org_admin") scope.organizations.insert(id);
    }
    const auto inside = documents_.ids("team", [&](const std::string&, const Links& links) {
        return scope.organizations.count(links.organization) > 0;
    });
    scope.teams.insert(inside.begin(), inside.end());
    return scope;
}

void Rights::require(const Caller& caller, Access access) {
    const char* reach = kTable[static_cast<size_t>(access)].reach;
    const bool may = std::any_of(caller.roles.begin(), caller.roles.end(),
                                 [&](Role role) { return reach[static_cast<size_t>(role)] != '-'; });
    if (!may && access == Access::SpendReset) throw forbidden("Only the master key may do this");
    if (!may) throw forbidden("Your role may not do this");
}

std::string Rights::organizationOf(const std::string& team) const {
    const auto document = documents_.find("team", team);
    return document ? textIn(document->value, "organization_id") : std::string();
}

std::string Rights::roleOf(const std::string& user) const {
    const auto document = documents_.find("user", user);
    return document ? textIn(document->value, "user_role") : std::string();
}

bool Rights::runsOrganization(const Caller& caller, const std::string& id) const {
    return caller.admin() || (!id.empty() && runs(caller.organizations, id, "org_admin"));
}

bool Rights::seesOrganization(const Caller& caller, const std::string& id) const {
    return caller.viewer() ||
           (!id.empty() && (caller.organizations.count(id) > 0 || caller.organization == id));
}

bool Rights::runsTeam(const Caller& caller, const std::string& id) const {
    if (caller.admin()) return true;
    if (id.empty() || !documents_.has("team", id)) return false;
    return runs(caller.teams, id, "admin") || runsOrganization(caller, organizationOf(id));
}

bool Rights::seesTeam(const Caller& caller, const std::string& id) const {
    return caller.viewer() ||
           (!id.empty() && (isMember(caller, id) || caller.team == id || runsTeam(caller, id)));
}

bool Rights::runsUser(const Caller& caller, const std::string& id) const {
    if (caller.admin()) return true;
    if (id.empty() || id == caller.user || isOneOf(roleOf(id), {"proxy_admin", "proxy_admin_viewer"}))
        return false;
    const auto all = documents_.membershipsOf("organization", id),
               teams = documents_.membershipsOf("team", id);
    return !all.empty() && std::all_of(all.begin(), all.end(), [&](const auto& one) {
        return runsOrganization(caller, one.first);
    }) && std::all_of(teams.begin(), teams.end(), [&](const auto& one) {
        return runsTeam(caller, one.first);
    });
}

bool Rights::seesUser(const Caller& caller, const std::string& id) const {
    return caller.viewer() || (!id.empty() && id == caller.user) || runsUser(caller, id);
}

bool Rights::runsOwnerOf(const Caller& caller, const Json& key) const {
    if (caller.admin()) return true;
    const std::string team = textIn(key, "team_id");
    if (!team.empty()) return runsTeam(caller, team);
    return runsOrganization(caller, textIn(key, "organization_id"));
}

bool Rights::runsKey(const Caller& caller, const Json& key) const {
    if (runsOwnerOf(caller, key)) return true;
    return caller.is(Role::User) && !caller.user.empty() && textIn(key, "user_id") == caller.user;
}

bool Rights::seesKey(const Caller& caller, const std::string& id, const Json& key) const {
    return caller.viewer() || id == caller.key_id || runsKey(caller, key) ||
           (!caller.user.empty() && textIn(key, "user_id") == caller.user);
}

bool Rights::isMember(const Caller& caller, const std::string& team) const {
    return caller.teams.count(team) > 0;
}

void Rights::requireMemberMay(const Caller& caller, const std::string& team, const std::string& what) const {
    if (team.empty() || runsTeam(caller, team)) return;
    const auto document = documents_.find("team", team);
    const auto all = permissionsIn(document ? document->value : Json::object());
    if (std::find(all.begin(), all.end(), what) != all.end()) return;
    std::string words;
    for (const auto& one : all) words += (words.empty() ? "" : ", ") + one;
    throw Refused(403, "team_member_permission_error",
                  what + ": members of this team may do " + words +
                      "; whoever runs it changes that by /team/permissions_update",
                  "team_id");
}

bool Rights::hasMember(const std::string& team, const std::string& user) const {
    return documents_.membershipsOf("team", user).count(team) > 0;
}

}  // namespace admin_api
