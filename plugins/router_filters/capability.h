// What a request needs a model to be able to do, and what model_info says no to.
// Source: litellm/router.py, _pre_call_checks; docs.litellm.ai/docs/routing.
#pragma once

#include <optional>
#include <string_view>

#include "choice.h"
#include "prompt.h"

namespace router_filters {

/// What of tools and json_schema the body's own members ask for.
uint32_t neededByMembers(const sluice::Request& request, const PromptMembers& members);
/// And what its messages do.
uint32_t neededByPrompt(const Prompt& prompt);

/// Drops those that lack any of it, Capability or'ed; refuses if that is all of them. Only a false in
/// model_info counts: what is not known may do.
std::optional<Refused> filterByCapability(uint32_t needed, std::string_view model, Choice& choice);

}  // namespace router_filters
