#include "plugin_host/library.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include <fmt/format.h>

#include "base/hash.h"
#include "plugin_host/trust.h"

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

// The bytes that are looked at, hashed and loaded are the same ones.
base::Result<std::string> readChecked(const std::string& path) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (file.fd < 0)
        return base::gatewayError(Code::NotFound, path + ": cannot be opened (a symbolic link is refused)");
    struct stat info {};
    struct stat folder {};
    const std::string parent = std::filesystem::path(path).parent_path().string();
    if (::fstat(file.fd, &info) != 0 || ::stat(parent.c_str(), &folder) != 0)
        return refused(path, "cannot be examined");
    if (auto fine = checkOwner(path, info); !fine) return fine.error();
    if (auto fine = checkOwner(parent, folder); !fine) return fine.error();
    std::string bytes(static_cast<size_t>(info.st_size), '\0');
    size_t have = 0;
    while (have < bytes.size()) {
        const auto n = ::read(file.fd, bytes.data() + have, bytes.size() - have);
        if (n <= 0) return refused(path, "it changed while it was read");
        have += static_cast<size_t>(n);
    }
    return bytes;
}

int sealedCopy(const std::string& name, std::string_view bytes) {
    const int memory = ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
    while (memory >= 0 && !bytes.empty()) {
        const auto n = ::write(memory, bytes.data(), bytes.size());
        if (n <= 0) {
            ::close(memory);
            return -1;
        }
        bytes.remove_prefix(static_cast<size_t>(n));
    }
    ::fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    return memory;
}

}  // namespace

// Its descriptor stays open while it is mapped: debuggers and profilers find the symbols there, and its
// number is the library's name to the loader, so that the next plugin must not get the same one.
class Image {
public:
    Image(int memory, size_t bytes, uint64_t generation)
        : generation(generation),
          bytes(bytes),
          memory_(memory),
          name_(fmt::format("/proc/self/fd/{}", memory)) {}
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    ~Image() {
        library_.unload();
        // The loader keeps what has thread-local objects alive, whatever we ask for.
        if (void* still = ::dlopen(name_.c_str(), RTLD_LAZY | RTLD_NOLOAD)) {
            ::dlclose(still);
            return;
        }
        ::close(memory_);
    }

    // Unloading C++ code is not safe in general (objects whose code would be gone): only for plugins that
    // promise.
    base::Result<const sluice_entry*> open(const std::string& path, bool unloadable) {
        const int mode = RTLD_NOW | RTLD_LOCAL | (unloadable ? 0 : RTLD_NODELETE);
        try {
            library_.load(name_, static_cast<boost::dll::load_mode::type>(mode));
        } catch (const std::exception& e) {
            return base::gatewayError(Code::Unsupported, path + ": cannot be loaded: " + e.what());
        }
        if (!library_.has("sluice_plugin_entry_v1"))
            return base::gatewayError(Code::Unsupported,
                                      path + ": it does not export sluice_plugin_entry_v1");
        const auto* found = library_.get<const sluice_entry*()>("sluice_plugin_entry_v1")();
        if (!found || !SLUICE_HAS(found, get_interface) || !SLUICE_HAS(found, create) ||
            !SLUICE_HAS(found, destroy)) {
            return base::gatewayError(Code::Unsupported,
                                      path + ": sluice_plugin_entry_v1 returns an incomplete entry");
        }
        entry = found;
        return found;
    }

    const uint64_t generation;
    const size_t bytes;
    const sluice_entry* entry = nullptr;

private:
    int memory_;
    std::string name_;
    boost::dll::shared_library library_;
};

base::Result<Library> Libraries::load(const std::string& name, const std::string& path,
                                      const config::Trust& trust, uint64_t generation) {
    const auto bytes = readChecked(path);
    if (!bytes) return bytes.error();
    auto manifest = manifestOf(path, *bytes);
    if (!manifest) return manifest.error();
    const std::string hash = base::sha256Hex(*bytes);
    if (auto trusted = checkTrust(trust, name, path, *bytes, hash); !trusted) return trusted.error();
    const std::lock_guard lock(mutex_);
    auto image = find(path, hash);
    if (!image) {
        const int memory = sealedCopy(name, *bytes);
        if (memory < 0) return refused(path, "cannot be copied into memory");
        image = std::make_shared<Image>(memory, bytes->size(), generation);
        const bool unloadable = manifest->unloadable;
        if (auto entry = image->open(path, unloadable); !entry) return entry.error();
        if (!unloadable) kept_.push_back(image);
        known_.push_back({path, hash, image});
    }
    return Library{name, path, std::move(*manifest), image->entry, image};
}

std::shared_ptr<Image> Libraries::find(const std::string& path, const std::string& hash) {
    std::erase_if(known_, [](const Known& known) { return known.image.expired(); });
    for (const auto& known : known_) {
        if (known.path == path && known.hash == hash) return known.image.lock();
    }
    return nullptr;
}

Libraries::Mapped Libraries::mapped() const {
    const std::lock_guard lock(mutex_);
    Mapped mapped;
    std::set<uint64_t> generations;
    for (const auto& known : known_) {
        const auto image = known.image.lock();
        if (!image) continue;
        ++mapped.images;
        mapped.bytes += image->bytes;
        generations.insert(image->generation);
    }
    mapped.generations = generations.size();
    return mapped;
}

}  // namespace sluice::host
