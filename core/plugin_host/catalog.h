// The plugins that could be loaded: every library in the plugin directories, known by the name of its file.
// Looking does not run any of their code.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plugin_host/manifest.h"

namespace sluice::host {

struct CatalogEntry {
    std::string name;  // of the file, without ".so"
    std::string path;
    Manifest manifest;
    std::string fault;  // why it cannot be used; empty if it can
};

class Catalog {
public:
    /// Reads the manifests of all *.so in `directories`; the first directory that has a name wins.
    static Catalog scan(const std::vector<std::string>& directories);

    const CatalogEntry* find(const std::string& name) const;
    const CatalogEntry* byProvider(const std::string& provider) const;
    const CatalogEntry* byStrategy(const std::string& strategy) const;
    const CatalogEntry* byCallback(const std::string& callback) const;
    const CatalogEntry* byGuardrail(const std::string& kind) const;
    const CatalogEntry* byCache(const std::string& type) const;
    const std::map<std::string, CatalogEntry>& all() const { return entries_; }
    std::vector<std::string_view> names() const;

private:
    template <class Match>
    const CatalogEntry* first(Match&& match) const;

    std::map<std::string, CatalogEntry> entries_;
};

/// ../lib/sluice/plugins seen from the program, where a build and an installation have them.
std::string defaultPluginDir();

}  // namespace sluice::host
