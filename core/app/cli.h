// The command line: which command, with which options. main() only calls run().
#pragma once

namespace sluice::app {

/// Exit status: 0 fine, 1 the configuration or the start failed, 2 the command line is wrong.
int run(int argc, char** argv);

}  // namespace sluice::app
