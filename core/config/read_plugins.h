// Reads `plugins`, `guardrails` and the scripts of `policies`: instances of plugins, and what they have in
// common.
#pragma once

#include "config/section.h"
#include "config/settings.h"

namespace sluice::config {

void readPlugins(const Tree& tree, Settings& settings, Section& root, Faults& faults);

void readGuardrails(const Tree& tree, Settings& settings, Section& root, Faults& faults);
/// One element of `guardrails`; `path` names it in faults.
PluginInstance readGuardrail(const Tree& tree, const Json& value, const std::string& path, Faults& faults);

/// The entries of `policies` with `script` or `code`: one instance of the plugin that runs them, or the
/// configuration of the one that `plugins` lists.
void readPolicyScripts(const Tree& tree, Settings& settings, Section& root, Faults& faults);
/// Is this entry of `policies` one of those?
bool isPolicyScript(const Json& entry);

/// scope, order, grants, on_error, …: the keys of an entry that are not the plugin's own.
void readPolicies(const Tree& tree, Section& section, PluginInstance& instance, Faults& faults);

}  // namespace sluice::config
