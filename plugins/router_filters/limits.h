// Requests and tokens of the minute that runs, against rpm and tpm of a deployment.
// Source: litellm/router.py, _pre_call_checks.
#pragma once

#include "choice.h"

namespace router_filters {

/// Drops those that have had their share of this minute, all of them if need be: what becomes of the request
/// then, another model group for instance, is the gateway's to say.
void filterByLimits(Choice& choice);

}  // namespace router_filters
