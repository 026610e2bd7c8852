// /team/{team_id}/callback, /team/{team_id}/callback/{callback_name} and /team/{team_id}/disable_logging:
// where a team's records go, in its metadata.callback_settings, which the exporters follow
// (docs/callbacks.md).
#pragma once

#include "api.h"

namespace admin_api {

class TeamCallbacks {
public:
    TeamCallbacks(Documents& documents, sluice::Host host) : documents_(documents), host_(host) {}

    Routes routes();

private:
    Answer add(const Asked& asked);
    Answer show(const Asked& asked) const;
    Answer turnOff(const Asked& asked);
    Answer remove(const Asked& asked);
    Document team(const Asked& asked) const;
    /// null: it has none of its own any more.
    void write(const Asked& asked, Document team, Json settings);

    Documents& documents_;
    sluice::Host host_;
};

}  // namespace admin_api
