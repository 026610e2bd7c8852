#include "file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ledger {

File& File::operator=(File&& from) noexcept {
    std::swap(fd_, from.fd_);
    return *this;
}

File::~File() {
    if (fd_ >= 0) ::close(fd_);
}

File File::open(const std::string& path, int flags) {
    return File(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600));
}

int File::append(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return EIO;
        bytes.remove_prefix(static_cast<size_t>(written));
    }
    return 0;
}

int File::read(uint64_t offset, size_t size, std::string& out) const {
    out.resize(size);
    size_t have = 0;
    while (have < size) {
        const ssize_t n = ::pread(fd_, out.data() + have, size - have, static_cast<off_t>(offset + have));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        if (n == 0) break;
        have += static_cast<size_t>(n);
    }
    out.resize(have);
    return 0;
}

int64_t File::size() const {
    struct stat now {};
    return ::fstat(fd_, &now) == 0 ? static_cast<int64_t>(now.st_size) : -1;
}

bool File::removed() const {
    struct stat now {};
    return ::fstat(fd_, &now) != 0 || now.st_nlink == 0;
}

int makeDirectory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return 0;
    const int error = errno;
    struct stat there {};
    if (error == EEXIST && ::stat(path.c_str(), &there) == 0) return S_ISDIR(there.st_mode) ? 0 : ENOTDIR;
    return error;
}

int syncDirectory(const std::string& path) {
    const File directory = File::open(path, O_RDONLY | O_DIRECTORY);
    if (!directory) return errno;
    return ::fsync(directory.fd()) == 0 ? 0 : errno;
}

std::string faultText(const std::string& path, int error) {
    return path + ": " + std::generic_category().message(error);
}

}  // namespace ledger
