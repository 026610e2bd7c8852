#include "compressor.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace callback_jsonl {
namespace {

constexpr size_t kBlock = 64 * 1024;
constexpr int kLockTries = 1'000;  // of a millisecond each: a writer holds a file for as long as a line takes

class File {
public:
    explicit File(int fd) : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }

private:
    const int fd_;
};

bool lockAlone(int fd) {
    for (int tries = 0; tries < kLockTries; ++tries) {
        if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
        if (errno != EWOULDBLOCK && errno != EINTR) return false;
        (void)::poll(nullptr, 0, 1);
    }
    return false;
}

}  // namespace

Compressor::~Compressor() {
    stop_ = true;
    {
        const std::lock_guard lock(mutex_);
        wanted_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Compressor::wake() {
    if (!on_) return;
    const std::lock_guard lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
    if (thread_.joinable()) return;
    // The signals are the gateway's.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Compressor::run() {
    (void)pthread_setname_np(pthread_self(), "sluice-gzip");
    std::unique_lock lock(mutex_);
    while (!stop_) {
        changed_.wait(lock, [this] { return wanted_; });
        wanted_ = false;
        lock.unlock();
        packAll();
        lock.lock();
    }
}

void Compressor::packAll() {
    for (int number = rotation_.keep(); number >= 1 && !stop_; --number) pack(rotation_.plainName(number));
}

void Compressor::pack(const std::string& name) {
    const File file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    struct stat found {};
    if (file.fd() < 0 || ::fstat(file.fd(), &found) != 0 || !S_ISREG(found.st_mode)) return;
    // Without it somebody may still write a line, or another process packs it: the next time, then.
    if (!lockAlone(file.fd())) return;
    const std::string draft = rotation_.draftName(found.st_ino);
    if (!copy(file.fd(), draft) || !rotation_.replace(found.st_ino, draft)) (void)::unlink(draft.c_str());
}

bool Compressor::copy(int from, const std::string& draft) const {
    const int to = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0) return false;
    const gzFile packed = ::gzdopen(to, "wb");
    if (packed == nullptr) {
        ::close(to);
        return false;
    }
    std::array<char, kBlock> block;
    bool good = true;
    ssize_t size = 0;
    while (good && (size = ::read(from, block.data(), block.size())) > 0)
        good =
            !stop_ && ::gzwrite(packed, block.data(), static_cast<unsigned>(size)) == static_cast<int>(size);
    good &= size == 0;
    return ::gzclose(packed) == Z_OK && good;
}

}  // namespace callback_jsonl
