// Who may do what: the table of docs/admin_api.md, and what "own" means in it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "documents.h"

namespace admin_api {

/// What somebody is, as the columns of the table. One may be several: what any of them may is allowed.
enum class Role { Master, Admin, Viewer, OrganizationAdmin, TeamAdmin, User, UserViewer, Key };
constexpr size_t kRoles = 8;

/// Groups of routes, as the rows of the table.
enum class Access {
    Open,
    KeyRead,
    KeyWrite,
    KeyBlock,
    KeyReset,
    TeamRead,
    TeamUpdate,
    TeamWrite,
    TeamJoin,
    UserRead,
    UserWrite,
    OrganizationRead,
    OrganizationMembers,
    OrganizationWrite,
    OtherRead,  // projects, customers, budgets
    OtherWrite,
    SpendOwn,
    SpendUsers,
    SpendTeams,
    SpendOrganizations,
    SpendGlobal,
    SpendReset,
    Audit,
    ModelRead,  // which models there are, and what they cost
};
const char* nameOf(Access access);  // "key.write"
bool changes(Access access);        // are there routes in it that change something?

/// Who asks. Made anew for each request, so that a change of a role counts at once.
struct Caller {
    std::string key_id, user, team, organization;  // of the identity; user is empty for a delegated key
    Json key;                                      // its document; null for the master key and foreign tokens
    std::vector<Role> roles;
    Memberships teams, organizations;  // of the user

    bool is(Role role) const;
    bool admin() const { return is(Role::Master) || is(Role::Admin); }
    bool viewer() const { return admin() || is(Role::Viewer); }  // sees everything
    /// For created_by and the audit log.
    std::string name() const { return user.empty() ? key_id : user; }
};

/// Whose keys, and whose spending, somebody sees.
struct Scope {
    bool all = false;
    std::string key_id, user;
    std::set<std::string> teams, organizations;  // that the caller runs
    bool holds(const std::string& key_id, const Links& links) const;
};

class Rights {
public:
    explicit Rights(const Documents& documents) : documents_(documents) {}

    /// `identified` is what the authenticator said.
    Caller callerOf(bool admin, Caller identified) const;
    Scope scopeOf(const Caller& caller) const;
    /// Throws Refused, 403, unless a role of the caller may use these routes at all.
    static void require(const Caller& caller, Access access);

    bool runsOrganization(const Caller& caller, const std::string& id) const;
    bool seesOrganization(const Caller& caller, const std::string& id) const;
    /// Its admins, and those of its organisation.
    bool runsTeam(const Caller& caller, const std::string& id) const;
    bool seesTeam(const Caller& caller, const std::string& id) const;
    /// Users all of whose organisations and teams the caller runs, and who have no more power than that.
    bool runsUser(const Caller& caller, const std::string& id) const;
    bool seesUser(const Caller& caller, const std::string& id) const;
    /// Keys of a team that the caller runs, of an organisation that the caller runs, and the caller's own.
    bool runsKey(const Caller& caller, const Json& key) const;
    bool seesKey(const Caller& caller, const std::string& id, const Json& key) const;
    /// The key belongs to what the caller runs, and not only to the caller.
    bool runsOwnerOf(const Caller& caller, const Json& key) const;
    bool isMember(const Caller& caller, const std::string& team) const;
    /// For keys of a team that the caller does not run: throws Refused, 403, unless the team lets its members
    /// do this ("/key/update"; member_permissions.h). Anything goes for keys without a team.
    void requireMemberMay(const Caller& caller, const std::string& team, const std::string& what) const;
    /// Is the user in the team?
    bool hasMember(const std::string& team, const std::string& user) const;

private:
    std::string organizationOf(const std::string& team) const;
    std::string roleOf(const std::string& user) const;
    const Documents& documents_;
};

}  // namespace admin_api
