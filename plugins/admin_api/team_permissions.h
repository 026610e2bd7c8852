// /team/permissions_…: what members of a team may do with its keys, shown and changed. Whoever runs the team
// changes it; several teams at once are for proxy admins.
#pragma once

#include "api.h"

namespace admin_api {

class TeamPermissions {
public:
    TeamPermissions(Documents& documents, sluice::Host host)
        : documents_(documents), host_(host), rights_(documents) {}

    Routes routes();

private:
    Answer show(const Asked& asked) const;
    Answer update(const Asked& asked);
    Answer updateMany(const Asked& asked);
    std::vector<std::string> teamsIn(const Asked& asked) const;
    /// The change that adds `more` to what the team's members may do; nothing if they may already.
    std::optional<Change> added(const std::string& team, const std::vector<std::string>& more,
                                const std::string& who) const;

    Documents& documents_;
    sluice::Host host_;
    Rights rights_;
};

}  // namespace admin_api
