#include "lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <stdexcept>
#include <system_error>

namespace cache_disk {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

struct flock whole(short type) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

}  // namespace

struct Lock::File {
    explicit File(int its_fd) : fd(its_fd) {}
    ~File() { ::close(fd); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    const int fd;

    // Those that are open in this library, by path: a second descriptor, closed, would take the lock along.
    static std::shared_ptr<File> of(const std::string& path) {
        static std::mutex mutex;
        static std::map<std::string, std::weak_ptr<File>> open_files;
        const std::lock_guard lock(mutex);
        auto& known = open_files[path];
        if (auto file = known.lock()) return file;
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0) throw std::runtime_error("path: " + path + ": " + reason(errno));
        auto file = std::make_shared<File>(fd);
        known = file;
        return file;
    }
};

Lock::Lock(const std::string& directory) : file_(File::of(directory + "/lock")) {}
Lock::~Lock() = default;

bool Lock::renew() {
    struct flock wanted = whole(F_WRLCK);
    if (::fcntl(file_->fd, F_SETLK, &wanted) == 0) return true;
    const int error = errno;
    holder_ = error == EACCES || error == EAGAIN ? "another process" : reason(error);
    struct flock asked = whole(F_WRLCK);
    if (::fcntl(file_->fd, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK && asked.l_pid > 0)
        holder_ = "process " + std::to_string(asked.l_pid);
    return false;
}

}  // namespace cache_disk
