// One loaded plugin library. It is loaded from a sealed copy in memory, so that the same path gives a fresh
// library after the file has changed and nobody can change it under us; and it is never unloaded.
#pragma once

#include <string>

#include "base/status.h"
#include "plugin_host/manifest.h"
#include "sluice/entry.h"

namespace sluice::host {

struct Library {
    std::string name;
    std::string path;
    Manifest manifest;
    const sluice_entry* entry = nullptr;  // as old as the process
};

/// Checks owner and mode (nobody but the owner may write to file or folder), copies, loads with everything
/// resolved, and shakes hands. Errors say which step failed. [control]
base::Result<Library> loadLibrary(const std::string& name, const std::string& path);

}  // namespace sluice::host
