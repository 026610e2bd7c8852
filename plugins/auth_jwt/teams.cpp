#include "teams.h"

#include <algorithm>

namespace auth_jwt {
namespace {

using accounts::Denied;
using accounts::Directory;
using accounts::Group;
using accounts::Owners;

Denied forbidden(const std::string& why) { return {403, "auth_error", why}; }

// Those of the token; without any, and if that is wanted or there is but one, those of the user.
const std::vector<std::string>& teamsOf(const Principal& principal, const Group* user,
                                        const Options& options) {
    if (!principal.teams.empty() || !user) return principal.teams;
    return options.teams_of_user || user->teams.size() == 1 ? user->teams : principal.teams;
}

bool has(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// The first that is known and not blocked; if all that are known are blocked, the first of them.
Directory::Groups::Found firstOf(const std::vector<std::string>& ids, const Directory& directory) {
    Directory::Groups::Found blocked;
    for (const auto& id : ids) {
        auto team = directory.teams().find(id);
        if (team && !team->blocked) return team;
        if (team && !blocked) blocked = std::move(team);
    }
    return blocked;
}

class Finding {
public:
    Finding(const Principal& principal, const Directory& directory, const Options& options, bool has_store)
        : principal_(principal),
          directory_(directory),
          options_(options),
          strict_(has_store && !options.allow_unknown && principal.role != Role::Admin),
          has_store_(has_store) {}

    std::optional<Denied> user(Owners& owners, Newcomers& newcomers) const {
        const auto& id = principal_.key->user;
        if (id.empty()) return std::nullopt;
        owners.user = directory_.users().find(id);
        if (owners.user || !has_store_) return std::nullopt;
        if (options_.user_upsert) newcomers.user = id;
        if (options_.user_upsert || !strict_) return std::nullopt;
        return forbidden("User doesn't exist. Create it with `/user/new`, or set user_id_upsert.");
    }

    std::optional<Denied> team(std::string_view wanted, Owners& owners, std::string& id,
                               Newcomers& newcomers) const {
        const auto& teams = teamsOf(principal_, owners.user.get(), options_);
        if (!wanted.empty() && !has(teams, wanted) && principal_.role != Role::Admin)
            return forbidden("x-litellm-team-id is none of the teams of this token.");
        if (wanted.empty() && teams.empty()) {
            if (!options_.team_required || principal_.role == Role::Admin) return std::nullopt;
            return forbidden("No teams found in token. Token must belong to a team.");
        }
        owners.team = wanted.empty() ? firstOf(teams, directory_) : directory_.teams().find(wanted);
        if (owners.team) {
            id = owners.team->id;
            return std::nullopt;
        }
        // An admin may name any team, but makes none by it.
        if (wanted.empty() || has(teams, wanted)) id = wanted.empty() ? teams.front() : std::string(wanted);
        const bool upsert = options_.team_upsert && has_store_ && !id.empty();
        if (upsert) newcomers.team = id;
        if (upsert || !strict_) return std::nullopt;
        return forbidden("Team doesn't exist. Create it with `/team/new`, or set team_id_upsert.");
    }

    std::optional<Denied> organization(Owners& owners) const {
        const auto& own = principal_.key->organization;
        const auto& id = own.empty() && owners.team ? owners.team->organization : own;
        if (!id.empty()) owners.organization = directory_.organizations().find(id);
        if (owners.organization || own.empty() || !strict_) return std::nullopt;
        return forbidden("Organization doesn't exist. Create it with `/organization/new`.");
    }

private:
    const Principal& principal_;
    const Directory& directory_;
    const Options& options_;
    const bool strict_, has_store_;
};

}  // namespace

std::optional<Denied> findOwners(const Principal& principal, const Directory& directory,
                                 const Options& options, bool has_store, std::string_view wanted,
                                 Owners& owners, std::string& team, Newcomers& newcomers) {
    const Finding finding(principal, directory, options, has_store);
    auto denied = finding.user(owners, newcomers);
    if (!denied) denied = finding.team(wanted, owners, team, newcomers);
    if (!denied) denied = finding.organization(owners);
    return denied;
}

void chooseTeam(const Principal& principal, const Directory& directory, const Options& options,
                std::string_view wanted, std::string_view model, Owners& owners) {
    if (!wanted.empty() || !owners.team) return;
    const auto& teams = teamsOf(principal, owners.user.get(), options);
    if (teams.size() < 2) return;
    const auto may = [&](const Owners& candidate) {
        const auto other = aliased(*principal.key, candidate, model);
        return mayUse(*candidate.team, other.empty() ? model : other, directory.accessGroups());
    };
    if (may(owners)) return;
    for (const auto& id : teams) {
        Owners candidate = owners;
        candidate.team = directory.teams().find(id);
        if (!candidate.team || candidate.team->blocked || !may(candidate)) continue;
        const auto& organization = candidate.team->organization;
        if (principal.key->organization.empty())
            candidate.organization =
                organization.empty() ? nullptr : directory.organizations().find(organization);
        if (candidate.organization && candidate.organization->blocked) continue;
        owners = std::move(candidate);
        return;
    }
}

}  // namespace auth_jwt
