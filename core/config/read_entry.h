// One more entry of model_list or guardrails for settings that have been read already: what a store brings.
#pragma once

#include <string>

#include "config/settings.h"

namespace sluice::config {

/// `section`: "model_list" or "guardrails"; `json`: one element of it; `source` names where it is from, in
/// faults. With errors the settings are as before. True: the last element of settings.model_list, or of
/// settings.guardrails, is the new one.
bool readEntry(Settings& settings, const std::string& section, const std::string& json,
               const std::string& source, const Environment& environment, Faults& faults);

}  // namespace sluice::config
