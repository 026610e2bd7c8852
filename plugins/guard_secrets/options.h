// The configuration of the guardrail; README.md explains the keys.
#pragma once

#include "patterns.h"

#include <map>
#include <sluice/host.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace guard_secrets {

enum class Action { Redact, Block, Warn };

struct Settings {
    secrets::Options engine;
    std::vector<Pattern> patterns;
    std::map<std::string, Action, std::less<>> actions;  // by entity
    Action action = Action::Redact;                      // of all others
    std::string mask = "[REDACTED]";                     // {entity} in it is the entity

    Action actionOf(std::string_view entity) const;
    std::string maskOf(std::string_view entity) const;
};

/// Throws sluice::ConfigError. With a host secrets are revealed.
Settings settingsOf(std::string_view json, const sluice::Host* host = nullptr);

/// The entities that a detector of LiteLLM's detect_secrets_config stands for; empty: none that is known.
std::vector<std::string> entitiesOfDetector(std::string_view name);

}  // namespace guard_secrets
