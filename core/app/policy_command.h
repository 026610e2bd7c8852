// `sluice policy …`: the tools of the plugin lua, a program of its own beside this one.
#pragma once

#include <string>
#include <vector>

namespace sluice::app {

/// Becomes sluice-policy with these arguments; returns, with an exit code, only if it cannot.
int policyCommand(const std::vector<std::string>& arguments);

}  // namespace sluice::app
