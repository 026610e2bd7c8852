// LiteLLM's setting keys that Sluice recognises but does not act upon
// (docs.litellm.ai/docs/proxy/config_settings), so that a misspelt key can be told from one that is only not
// there yet.
#pragma once

#include <string_view>
#include <vector>

namespace sluice::config {

const std::vector<std::string_view>& topLevelKeys();
const std::vector<std::string_view>& litellmSettingsKeys();
const std::vector<std::string_view>& generalSettingsKeys();
const std::vector<std::string_view>& routerSettingsKeys();
const std::vector<std::string_view>& litellmParamsKeys();
/// Keys that plugins act upon, not the core: known, and no reason to warn.
const std::vector<std::string_view>& generalPluginKeys();
const std::vector<std::string_view>& routerPluginKeys();
const std::vector<std::string_view>& litellmParamsPluginKeys();
/// OpenAI request parameters that litellm_params may set as defaults.
const std::vector<std::string_view>& bodyDefaultKeys();

}  // namespace sluice::config
