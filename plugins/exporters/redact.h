// Records without what was said, or without who said it. [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "node.h"
#include "options.h"

namespace exporters {

constexpr uint8_t kHideMessages = 1;
constexpr uint8_t kHideKeyInfo = 2;
constexpr uint8_t kShape = 4;  // what Options::masks and custom_fields say

/// `json` with that taken out of it; empty if it is no JSON object. kHideMessages: `messages`, `response` and
/// what guardrails were given and gave become LiteLLM's words for it; those that are null stay so.
/// kHideKeyInfo: the members user_api_key_… of `metadata` become null, and the attributes that hold metadata
/// of keys and teams go.
std::string redacted(Reader& reader, std::string_view json, uint8_t what);

/// `json` with options.masks masked and options.custom_fields added; empty likewise.
std::string shaped(Reader& reader, std::string_view json, const Options& options);

}  // namespace exporters
