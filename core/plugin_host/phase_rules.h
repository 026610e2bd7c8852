// What the table of phases (DESIGN.md, plugin_api/sluice/hooks.h) says about failures and refusals.
#pragma once

#include "plugin_host/request_state.h"

namespace sluice::host {

/// No policy can open these.
bool alwaysClosed(Phase phase);
/// Does a failure in this phase end the request, under this policy of the instance?
bool closes(Phase phase, config::FailMode mode);
/// The status of a refusal that names none.
int blockStatus(Phase phase);

}  // namespace sluice::host
