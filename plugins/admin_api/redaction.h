// A configuration for eyes that may not see its secrets. Nothing is shown because it looks harmless: texts
// are shown where the name of their member says that it holds names, and only if they do not look like a key.
#pragma once

#include <string_view>

#include "refused.h"

namespace admin_api {

constexpr const char* kRedacted = "REDACTED";

/// The same shape. Numbers stay unless their member's name speaks of keys, tokens, passwords and the like;
/// true, false and null stay; URLs leave scheme and host; handles of secrets and all other texts become
/// kRedacted, also as names of members.
Json redacted(const Json& value);

/// Could it be a credential, or hold one? "sk-…", "Bearer …", a URL, a long run of letters and digits.
bool looksSecret(std::string_view text);

}  // namespace admin_api
