// The part of the configuration that is about spans of text: patterns, words, lists, categories.
#pragma once

#include "engine/rules.h"
#include "settings.h"

namespace guard_content {

/// Reads files as well. Throws sluice::ConfigError. [control]
RuleSet readRules(const Setting& config);

}  // namespace guard_content
