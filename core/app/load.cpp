#include "app/load.h"

#include <cstdio>

namespace sluice::app {

host::Catalog scanPlugins(const std::vector<std::string>& first, const std::vector<std::string>& second) {
    std::vector<std::string> directories = first;
    directories.insert(directories.end(), second.begin(), second.end());
    if (directories.empty()) directories.push_back(host::defaultPluginDir());
    return host::Catalog::scan(directories);
}

Loaded load(const std::string& file, const std::vector<std::string>& plugin_dirs) {
    Loaded loaded;
    loaded.settings = config::loadSettings(file, config::processEnvironment(), loaded.faults);
    loaded.catalog = scanPlugins(plugin_dirs, loaded.settings.plugin_dirs);
    return loaded;
}

void print(const config::Faults& faults) {
    for (const auto& fault : faults.all()) std::fprintf(stderr, "%s\n", fault.text().c_str());
}

}  // namespace sluice::app
