// team_member_permissions of a team: what members who do not run it may do with their own keys of the team.
// Source: litellm/proxy/management_helpers/team_member_permission_checks.py.
#pragma once

#include <string>
#include <vector>

#include "refused.h"

namespace admin_api {

/// All that may stand there: paths of routes.
const std::vector<std::string>& memberPermissions();
/// Those that count for a team, in that order: what its document says, and "/key/info" and "/key/health",
/// which always count. What is said there and is none of memberPermissions() is left out.
std::vector<std::string> permissionsIn(const Json& team);
/// Throws Refused, 422, if the list of that name in the body holds anything else.
void checkPermissions(const Json& body, const char* member);

}  // namespace admin_api
