// Regions: where a request may be served, against where a deployment is.
// Source: litellm/router.py (_pre_call_checks), litellm/utils.py (is_region_allowed); what differs:
// README.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/request.hpp>

#include "choice.h"

namespace router_filters {

/// A region's name as names are compared: small letters, no spaces. "West Europe" is "westeurope".
std::string regionKey(std::string_view name);
/// "eu" and "us" are all the regions of the European Economic Area and of the United States; anything else is
/// one region's name. Both are keys. A region that is not known is allowed nowhere.
bool regionAllowed(std::string_view region, std::string_view allowed);

/// One statement of where a request may go: any of these.
using AllowedRegions = std::vector<std::string>;
/// What the value of `allowed_model_region` says, a text or a list of texts. Nothing: it is neither.
std::optional<AllowedRegions> readAllowedRegions(std::string_view json);

/// Drops deployments that are elsewhere. Every statement counts: the body's, that of its metadata, and that
/// of the request attribute, which a plugin that knows the caller sets.
std::optional<Refused> filterByRegion(const sluice::Request& request, Choice& choice);

}  // namespace router_filters
