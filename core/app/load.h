// Reading a configuration for a command: settings, the catalog of plugins, and every fault in them, printed.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"
#include "plugin_host/catalog.h"

namespace sluice::app {

struct Loaded {
    config::Settings settings;
    host::Catalog catalog;
    config::Faults faults;
};

/// `plugin_dirs` from the command line come before those of the file.
Loaded load(const std::string& file, const std::vector<std::string>& plugin_dirs);

host::Catalog scanPlugins(const std::vector<std::string>& first, const std::vector<std::string>& second);

/// One line a fault on standard error.
void print(const config::Faults& faults);

}  // namespace sluice::app
