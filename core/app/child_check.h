// Trying a configuration in a child process: a plugin that crashes while it is loaded takes only the child
// with it.
#pragma once

#include <string>
#include <vector>

namespace sluice::app {

struct ChildCheck {
    bool fine = false;
    std::vector<std::string> words;  // what it printed, by line; or how it ended
};

/// Runs `sluice check --load` on the file, for half a minute at most. [control]
ChildCheck checkInChild(const std::string& config, const std::vector<std::string>& plugin_dirs);

}  // namespace sluice::app
