// Tag-based routing.
// Source: litellm/router_strategy/tag_based_routing.py; docs.litellm.ai/docs/proxy/tag_routing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "choice.h"
#include "request_tags.h"

namespace router_filters {

/// The fields of a request as patterns see them: "User-Agent: curl/8.0", each word of a name with a capital.
using HeaderLines = std::vector<std::string>;
HeaderLines headerLinesOf(const sluice::Request& request);

/// Is there a pattern of the deployment in one of the lines?
bool matchesHeaders(const Facts& facts, const HeaderLines& lines);

/// Leaves the deployments that fit:
///  1. Of what has no excluded tag and every required one: those with any of (match_any) or all the wanted
///  tags,
///     and those with a pattern that matches. A request without tags asks for patterns only.
///  2. None: those tagged "default".
///  3. None: all, if nothing was wanted or required; otherwise the request is refused.
std::optional<Refused> filterByTags(const Tags& tags, const HeaderLines& lines, bool match_any,
                                    std::string_view model, Choice& choice);

}  // namespace router_filters
