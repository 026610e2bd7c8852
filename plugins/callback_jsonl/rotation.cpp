#include "rotation.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace callback_jsonl {
namespace {

constexpr const char* kPacked = ".gz";

std::string directoryOf(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

class Rotation::DirectoryLock {
public:
    explicit DirectoryLock(const std::string& path)
        : fd_(::open(directoryOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        while (fd_ >= 0 && ::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~DirectoryLock() {
        if (fd_ >= 0) ::close(fd_);
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

private:
    const int fd_;
};

int Rotation::turn(int fd) const {
    const DirectoryLock lock(path_);
    struct stat mine {};
    struct stat named {};
    if (::fstat(fd, &mine) != 0 || ::stat(path_.c_str(), &named) != 0) return 0;
    if (mine.st_ino != named.st_ino || mine.st_dev != named.st_dev) return 0;  // another was faster
    shift();
    return std::rename(path_.c_str(), plainName(1).c_str()) == 0 ? 0 : errno;
}

// Makes room at 1.
void Rotation::shift() const {
    for (int number = keep_; number >= 1; --number) {
        for (const char* form : {"", kPacked}) {
            const std::string name = plainName(number) + form;
            if (number == keep_)
                (void)::unlink(name.c_str());
            else
                (void)std::rename(name.c_str(), (plainName(number + 1) + form).c_str());
        }
    }
}

bool Rotation::replace(ino_t inode, const std::string& draft) const {
    const DirectoryLock lock(path_);
    for (int number = 1; number <= keep_; ++number) {
        struct stat named {};
        const std::string name = plainName(number);
        if (::stat(name.c_str(), &named) != 0 || named.st_ino != inode) continue;
        if (std::rename(draft.c_str(), (name + kPacked).c_str()) != 0) return false;
        (void)::unlink(name.c_str());
        return true;
    }
    return false;
}

}  // namespace callback_jsonl
