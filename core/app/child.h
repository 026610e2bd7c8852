// Code of plugins in a child process: if it crashes or hangs, it takes only the child with it.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"

namespace sluice::app {

struct ChildOutcome {
    bool started = false;
    bool in_time = false;  // it ended by itself within its time
    int code = -1;         // its exit code; -1 if it was killed
    std::string signal;    // "signal 6: Aborted", if it died of one
    std::string output;    // what it printed, at most 256 KiB
};

/// Runs this program with other arguments.
ChildOutcome runSelf(std::vector<std::string> arguments, base::milliseconds patience);

struct ChildCheck {
    bool fine = false;
    std::vector<std::string> words;  // what it printed, by line; and how it ended if that was not by itself
};

/// Runs `sluice check --load` on a configuration, for half a minute at most. [control]
ChildCheck checkInChild(const std::string& config, const std::vector<std::string>& plugin_dirs);

}  // namespace sluice::app
