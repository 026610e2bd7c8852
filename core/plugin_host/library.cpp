#include "plugin_host/library.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include <fmt/format.h>

namespace sluice::host {

using base::Code;

namespace {

base::Error refused(const std::string& path, std::string why) {
    return base::gatewayError(Code::PermissionDenied, path + ": " + std::move(why));
}

// Whoever can write to the file or its folder can run code in the gateway.
base::Status checkOwner(const std::string& path, const struct stat& info) {
    if (info.st_mode & (S_IWGRP | S_IWOTH))
        return refused(path, "group or others may write to it; chmod go-w");
    if (info.st_uid != 0 && info.st_uid != ::geteuid())
        return refused(path, "it belongs neither to root nor to the gateway's user");
    return {};
}

struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

bool copyInto(int to, int from) {
    std::vector<char> buffer(1 << 20);
    for (;;) {
        const auto n = ::read(from, buffer.data(), buffer.size());
        if (n == 0) return true;
        if (n < 0 || ::write(to, buffer.data(), static_cast<size_t>(n)) != n) return false;
    }
}

// RTLD_NODELETE: a loaded library stays for the life of the process. Unloading C++ code is not safe
// (thread-local destructors, unique symbols, objects whose code would be gone). `memory` stays open too:
// debuggers and profilers find the symbols there.
base::Result<const sluice_entry*> open(const std::string& path, int memory) {
    boost::dll::shared_library library;
    const auto mode = static_cast<boost::dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    try {
        library.load(fmt::format("/proc/self/fd/{}", memory), mode);
    } catch (const std::exception& e) {
        return base::gatewayError(Code::Unsupported, path + ": cannot be loaded: " + e.what());
    }
    if (!library.has("sluice_plugin_entry_v1"))
        return base::gatewayError(Code::Unsupported, path + ": it does not export sluice_plugin_entry_v1");
    const auto* entry = library.get<const sluice_entry*()>("sluice_plugin_entry_v1")();
    if (!entry || !SLUICE_HAS(entry, get_interface) || !SLUICE_HAS(entry, create) ||
        !SLUICE_HAS(entry, destroy)) {
        return base::gatewayError(Code::Unsupported,
                                  path + ": sluice_plugin_entry_v1 returns an incomplete entry");
    }
    return entry;
}

}  // namespace

base::Result<Library> loadLibrary(const std::string& name, const std::string& path) {
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (file.fd < 0)
        return base::gatewayError(Code::NotFound, path + ": cannot be opened (a symbolic link is refused)");
    struct stat info {};
    struct stat folder {};
    const std::string parent = std::filesystem::path(path).parent_path().string();
    if (::fstat(file.fd, &info) != 0 || ::stat(parent.c_str(), &folder) != 0)
        return refused(path, "cannot be examined");
    if (auto fine = checkOwner(path, info); !fine) return fine.error();
    if (auto fine = checkOwner(parent, folder); !fine) return fine.error();
    auto manifest = readManifest(path);
    if (!manifest) return manifest.error();

    const int memory = ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0 || !copyInto(memory, file.fd)) return refused(path, "cannot be copied into memory");
    ::fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    auto entry = open(path, memory);
    // On failure, too, `memory` stays open: its number is the library's name to the loader, and the next plugin must
    // not be taken for this one.
    if (!entry) return entry.error();
    return Library{name, path, std::move(*manifest), *entry};
}

}  // namespace sluice::host
