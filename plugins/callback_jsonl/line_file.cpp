#include "line_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

namespace callback_jsonl {
namespace {

constexpr mode_t kOwnerOnly = 0600;  // records name users and may hold prompts
constexpr int kHoldTries = 1'000;    // of a millisecond each

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

// Takes the bytes that are written already off the front.
void advance(std::array<iovec, 3>& pieces, size_t written) {
    for (auto& each : pieces) {
        const size_t taken = written < each.iov_len ? written : each.iov_len;
        each.iov_base = static_cast<char*>(each.iov_base) + taken;
        each.iov_len -= taken;
        written -= taken;
    }
}

size_t sizeOf(const std::array<iovec, 3>& pieces) {
    size_t bytes = 0;
    for (const auto& each : pieces) bytes += each.iov_len;
    return bytes;
}

// Does the file end in the middle of a line, as after a crash of the machine? No, for what cannot be read or
// is no file. Another process may be in the middle of a line just now: then the file grows.
bool endsInsideLine(const std::string& path) {
    constexpr int kLooks = 5;
    struct stat kind {};
    if (::stat(path.c_str(), &kind) != 0 || !S_ISREG(kind.st_mode)) return false;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool inside = false;
    for (off_t size = -1, looks = 0; looks < kLooks; ++looks) {
        struct stat now {};
        char last = '\n';
        inside = ::fstat(fd, &now) == 0 && now.st_size > 0 && ::pread(fd, &last, 1, now.st_size - 1) == 1 &&
                 last != '\n';
        if (!inside) break;
        if (now.st_size != size) looks = 0;
        size = now.st_size;
        (void)::poll(nullptr, 0, 1);
    }
    ::close(fd);
    return inside;
}

}  // namespace

LineFile::~LineFile() { close(); }

int LineFile::open() {
    const std::lock_guard lock(mutex_);
    const int error = hold();
    letGo();
    if (error == 0) compressor_.wake();  // what an earlier process has not come to
    return error;
}

int LineFile::append(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (const int error = hold()) return error;
    int rotation = 0;
    if (due(line.size() + 1)) {
        // What cannot be moved goes on growing: a record is worth more than the limit.
        letGo();
        rotation = rotation_.turn(fd_);
        if (rotation == 0) compressor_.wake();
        if (const int error = hold()) return error;
    }
    int error = write(line);
    // EINVAL: a pipe has no disk.
    if (error == 0 && options_.sync && ::fdatasync(fd_) != 0 && errno != EINVAL) error = errno;
    letGo();
    return error != 0 ? error : rotation;  // the line is written, but the file outgrows its limit
}

int LineFile::reopen() {
    close();
    // O_NONBLOCK: a pipe that nobody reads is an error now instead of a gateway that hangs.
    fd_ = ::open(options_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                 kOwnerOnly);
    if (fd_ < 0) return errno;
    const int flags = ::fcntl(fd_, F_GETFL);
    if (flags < 0 || ::fcntl(fd_, F_SETFL, flags & ~O_NONBLOCK) < 0) return errno;
    torn_ = endsInsideLine(options_.path);
    return 0;
}

// Does the path still mean the file that is open? Not if a log rotator, or another process, has moved it.
bool LineFile::current() const {
    struct stat mine {};
    struct stat named {};
    return fd_ >= 0 && ::fstat(fd_, &mine) == 0 && ::stat(options_.path.c_str(), &named) == 0 &&
           mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

// The file that the path means, open, with a shared lock on it. A file system without locks goes without, and
// so does a file that somebody else keeps locked.
int LineFile::hold() {
    for (int tries = 0;; ++tries) {
        if (fd_ < 0) {
            if (const int error = reopen()) return error;
        }
        const bool taken = ::flock(fd_, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        if (!current() && tries < kHoldTries) {
            close();
            continue;
        }
        if (!taken || tries >= kHoldTries) return 0;
        (void)::poll(nullptr, 0, 1);
    }
}

void LineFile::letGo() {
    if (fd_ >= 0) (void)::flock(fd_, LOCK_UN);
}

bool LineFile::due(uint64_t bytes) const {
    struct stat now {};
    if (::fstat(fd_, &now) != 0 || !S_ISREG(now.st_mode) || now.st_size == 0) return false;
    if (options_.max_bytes != 0 && static_cast<uint64_t>(now.st_size) + bytes > options_.max_bytes)
        return true;
    return options_.rotate_s != 0 &&
           now.st_mtim.tv_sec / options_.rotate_s != ::time(nullptr) / options_.rotate_s;
}

// One writev a line: with O_APPEND the kernel keeps lines of several writers apart. A disk that is full may
// take a part only.
int LineFile::write(std::string_view line) {
    std::array<iovec, 3> pieces{piece(torn_ ? "\n" : ""), piece(line), piece("\n")};
    const size_t whole = sizeOf(pieces);
    while (sizeOf(pieces) > 0) {
        const ssize_t written = ::writev(fd_, pieces.data(), static_cast<int>(pieces.size()));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const int error = errno;
            if (sizeOf(pieces) < whole) torn_ = true;  // the next line begins on a line of its own
            return error;
        }
        advance(pieces, static_cast<size_t>(written));
    }
    torn_ = false;
    return 0;
}

void LineFile::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

}  // namespace callback_jsonl
