// The types of alerts: LiteLLM's (litellm/types/integrations/slack_alerting.py, AlertType), and ours.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace alerts {

using Types = std::set<std::string, std::less<>>;

/// Those of LiteLLM that are on unless alert_types says otherwise, and ours.
const Types& usualTypes();
/// Is there such a type? Also those of LiteLLM that nothing here raises.
bool isType(std::string_view name);
/// LiteLLM knows it, nothing here raises it.
bool isSilent(std::string_view name);
std::string typeNames();

}  // namespace alerts
