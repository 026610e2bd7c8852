// Reads `plugins` and `guardrails`: instances of plugins, and what they have in common.
#pragma once

#include "config/section.h"
#include "config/settings.h"

namespace sluice::config {

void readPlugins(const Tree& tree, Settings& settings, Section& root, Faults& faults);

void readGuardrails(const Tree& tree, Settings& settings, Section& root, Faults& faults);
/// One element of `guardrails`; `path` names it in faults.
PluginInstance readGuardrail(const Tree& tree, const Json& value, const std::string& path, Faults& faults);

/// scope, order, grants, on_error, …: the keys of an entry that are not the plugin's own.
void readPolicies(const Tree& tree, Section& section, PluginInstance& instance, Faults& faults);

}  // namespace sluice::config
