#include "plugin_host/catalog.h"

#include <algorithm>
#include <filesystem>

namespace sluice::host {

namespace fs = std::filesystem;

Catalog Catalog::scan(const std::vector<std::string>& directories) {
    Catalog catalog;
    for (const auto& directory : directories) {
        std::error_code ignored;
        for (const auto& file : fs::directory_iterator(directory, ignored)) {
            if (file.path().extension() != ".so") continue;
            CatalogEntry entry;
            entry.name = file.path().stem().string();
            entry.path = fs::absolute(file.path()).string();
            auto manifest = readManifest(entry.path);
            if (manifest) {
                entry.manifest = std::move(*manifest);
            } else {
                entry.fault = manifest.error().message;
            }
            catalog.entries_.emplace(entry.name, std::move(entry));
        }
    }
    return catalog;
}

const CatalogEntry* Catalog::find(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
}

template <class Match>
const CatalogEntry* Catalog::first(Match&& match) const {
    for (const auto& [name, entry] : entries_) {
        if (entry.fault.empty() && match(entry.manifest)) return &entry;
    }
    return nullptr;
}

const CatalogEntry* Catalog::byProvider(const std::string& provider) const {
    return first([&](const Manifest& m) { return m.providers.count(provider) > 0; });
}

const CatalogEntry* Catalog::byStrategy(const std::string& strategy) const {
    return first([&](const Manifest& m) {
        return std::count(m.strategies.begin(), m.strategies.end(), strategy) > 0;
    });
}

const CatalogEntry* Catalog::byCallback(const std::string& callback) const {
    return first(
        [&](const Manifest& m) { return std::count(m.callbacks.begin(), m.callbacks.end(), callback) > 0; });
}

const CatalogEntry* Catalog::byCache(const std::string& type) const {
    return first([&](const Manifest& m) { return std::count(m.caches.begin(), m.caches.end(), type) > 0; });
}

const CatalogEntry* Catalog::byGuardrail(const std::string& kind) const {
    return first(
        [&](const Manifest& m) { return std::count(m.guardrails.begin(), m.guardrails.end(), kind) > 0; });
}

std::vector<std::string_view> Catalog::names() const {
    std::vector<std::string_view> out;
    for (const auto& [name, entry] : entries_) out.push_back(name);
    return out;
}

std::string defaultPluginDir() {
    std::error_code ignored;
    const auto program = fs::read_symlink("/proc/self/exe", ignored);
    return (program.parent_path().parent_path() / "lib" / "sluice" / "plugins").string();
}

}  // namespace sluice::host
