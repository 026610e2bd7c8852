// The settings that /config/list and /router/settings tell of: those that the gateway acts upon, what they
// are, and what holds where they are not set.
#pragma once

#include <vector>

#include "refused.h"

namespace admin_api {

struct Setting {
    const char* name;
    const char* type;  // LiteLLM's words: Integer, Float, Boolean, String, List, Dict
    const char* description;
    Json otherwise;  // the default
};

const std::vector<Setting>& generalSettings();
const std::vector<Setting>& alertingSettings();
const std::vector<Setting>& routerSettings();

}  // namespace admin_api
