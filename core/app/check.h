// Commands that only look: `sluice check` and `sluice plugin list`.
#pragma once

#include <string>
#include <vector>

namespace sluice::app {

/// Prints every fault of the configuration; 0 if it could be served. No network. Code of plugins runs only
/// with `load`: then every instance is created and every deployment opened, and ended again.
int check(const std::string& config, const std::vector<std::string>& plugin_dirs, bool load);

/// A table of the plugins that could be loaded.
int listPlugins(const std::vector<std::string>& plugin_dirs);

}  // namespace sluice::app
