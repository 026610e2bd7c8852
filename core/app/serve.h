// `sluice serve`: brings everything up in order, waits for a signal, and takes it down again without losing a
// request.
#pragma once

#include <string>
#include <vector>

namespace sluice::app {

struct ServeOptions {
    std::string config;
    std::string listen;  // ADDR:PORT, overrides the file
    std::vector<std::string> plugin_dirs;
};

int serve(const ServeOptions& options);

}  // namespace sluice::app
