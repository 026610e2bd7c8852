// Loaded plugin libraries. Each is loaded from a sealed copy in memory, so that nobody can change it under us
// and the same path gives a fresh library once the file has changed; a file that has not changed is loaded
// once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "config/settings.h"
#include "plugin_host/manifest.h"
#include "sluice/entry.h"

namespace sluice::host {

class Image;  // a library in memory

struct Library {
    std::string name;
    std::string path;
    Manifest manifest;
    const sluice_entry* entry = nullptr;  // as old as the image
    std::shared_ptr<Image> image;
};

/// Every library of the process. A library stays mapped for the life of the process, also when nobody uses it
/// any more, unless its manifest says "unloadable".
class Libraries {
public:
    /// Checks owner, mode (nobody but the owner may write to file or folder) and `trust`, copies, loads with
    /// everything resolved, and shakes hands. `generation` is written down for the count below. Errors say
    /// which step failed. [control]
    base::Result<Library> load(const std::string& name, const std::string& path,
                               const config::Trust& trust = {}, uint64_t generation = 0);

    struct Mapped {
        size_t images = 0;
        size_t bytes = 0;        // of their files
        size_t generations = 0;  // that brought at least one of them
    };
    /// [any thread]
    Mapped mapped() const;

private:
    struct Known {
        std::string path, hash;
        std::weak_ptr<Image> image;
    };
    std::shared_ptr<Image> find(const std::string& path, const std::string& hash);

    mutable std::mutex mutex_;
    std::vector<Known> known_;                  // guarded by mutex_
    std::vector<std::shared_ptr<Image>> kept_;  // those that are never unloaded; guarded by mutex_
};

}  // namespace sluice::host
