// Context windows: a prompt that a deployment would refuse is not sent there.
// Source: litellm/router.py, _pre_call_checks.
#pragma once

#include <optional>
#include <string_view>

#include "choice.h"
#include "prompt.h"

namespace router_filters {

/// Is there a deployment whose window a text of so many bytes might not fit into? Cheap, to be asked before
/// the prompt is read.
bool windowMatters(const Choice& choice, uint64_t bytes);
/// Drops those whose max_input_tokens is known and less than the prompt's estimate; refuses if that is all of
/// them.
std::optional<Refused> filterByWindow(const Prompt& prompt, std::string_view model, Choice& choice);

}  // namespace router_filters
