#include "directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace batches {
namespace {

[[noreturn]] void fail(const std::string& path) {
    throw DiskError(path + ": " + std::generic_category().message(errno));
}

void makeFolder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail("directory: " + path);
}

// What a name points to outlives a power cut only once its folder is on the disk, too.
void syncFolderOf(const std::string& path) {
    const std::string folder = path.substr(0, path.rfind('/'));
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() >= 0) (void)::fsync(opened.get());
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = other.fd_;
        other.fd_ = -1;
    }
    return *this;
}

Directory::Directory(const std::string& path) : path_(path) {
    makeFolder(path_);
    const std::string name = path_ + "/lock";
    lock_ = Descriptor(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (lock_.get() < 0) fail("directory: " + name);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
        throw DiskError(
            "directory: " + path_ +
            " is in use by another gateway, or by the version of this plugin that a reload is about to end");
    makeFolder(path_ + "/files");
    makeFolder(path_ + "/batches");
}

std::vector<std::string> Directory::names(const char* folder) const {
    const std::string where = path_ + "/" + folder;
    const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(where.c_str()), ::closedir);
    if (!opened) fail(where);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(opened.get())) {
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    return names;
}

Descriptor create(const std::string& path) {
    Descriptor file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) fail(path);
    return file;
}

Descriptor openForReading(const std::string& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) fail(path);
    return file;
}

void appendTo(const Descriptor& file, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(file.get(), bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR) fail(path);
        if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
    }
}

void settle(const Descriptor& file, const std::string& from, const std::string& to) {
    if (::fsync(file.get()) != 0) fail(from);
    if (::rename(from.c_str(), to.c_str()) != 0) fail(to);
    syncFolderOf(to);
}

void writeWhole(const std::string& path, std::string_view bytes) {
    const std::string beside = path + ".tmp";
    const Descriptor file = create(beside);
    try {
        appendTo(file, bytes, path);
        settle(file, beside, path);
    } catch (const DiskError&) {
        removeFile(beside);
        throw;
    }
}

std::string readAt(const Descriptor& file, uint64_t offset, size_t bytes) {
    std::string out(bytes, '\0');
    size_t have = 0;
    while (have < bytes) {
        const ssize_t n =
            ::pread(file.get(), out.data() + have, bytes - have, static_cast<off_t>(offset + have));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) throw DiskError("a file of a batch is shorter than it was");
        have += static_cast<size_t>(n);
    }
    return out;
}

std::string readWhole(const std::string& path) {
    const Descriptor file = openForReading(path);
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) fail(path);
    return readAt(file, 0, static_cast<size_t>(about.st_size));
}

void link(const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) != 0) fail(to);
}

void removeFile(const std::string& path) { (void)::unlink(path.c_str()); }

uint64_t sizeOf(const std::string& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 ? static_cast<uint64_t>(about.st_size) : 0;
}

}  // namespace batches
