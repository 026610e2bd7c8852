// The keys that a client shows: OpenAI's, Azure's, Anthropic's and Google's clients each put theirs into
// another field.
#pragma once

#include <array>
#include <string_view>

#include <sluice/plugin.hpp>

namespace accounts {

/// Where a key may stand. Source: docs.litellm.ai/docs/proxy/virtual_keys, litellm/proxy/auth.
inline constexpr std::array<std::string_view, 5> kKeyFields{"authorization", "x-litellm-api-key", "api-key",
                                                            "x-api-key", "x-goog-api-key"};

/// The key in the field `name`, empty if there is none. An Authorization of another scheme than Bearer is
/// given whole: it is a key that nobody here knows, not the absence of one. Borrowed until the hook returns.
std::string_view presentedKey(const sluice::Request& request, std::string_view name);

}  // namespace accounts
