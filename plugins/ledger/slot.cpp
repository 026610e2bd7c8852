#include "slot.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <filesystem>

namespace ledger {
namespace {

namespace fs = std::filesystem;

constexpr int kSlotsMax = 1'000;
constexpr const char* kSegmentSuffix = ".events";

std::vector<std::string> segmentsIn(const std::string& directory) {
    std::vector<std::string> found;
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        if (at->path().extension() == kSegmentSuffix) found.push_back(at->path().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

bool isNumber(const std::string& name) {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Another user's, or no directory at all: the next one may do.
bool isAboutSlot(int error) {
    return error == EACCES || error == EPERM || error == ENOTDIR || error == ELOOP;
}

}  // namespace

std::unique_ptr<Slot> Slot::take(const std::string& directory, int& error) {
    error = makeDirectory(directory);
    if (error != 0) return nullptr;
    File lock = File::open(directory + "/lock", O_RDWR | O_CREAT);
    if (!lock) {
        error = errno;
        return nullptr;
    }
    if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
        error = errno == EWOULDBLOCK ? 0 : errno;
        return nullptr;
    }
    return std::unique_ptr<Slot>(new Slot(directory, std::move(lock)));
}

std::unique_ptr<Slot> Slot::takeEmpty(const std::string& spool, int& error) {
    error = makeDirectory(spool);
    if (error != 0) return nullptr;
    int last = EUSERS;
    for (int number = 0; number < kSlotsMax; ++number) {
        const std::string directory = spool + "/" + std::to_string(number);
        // Those that wait to be replayed are left to who replays them.
        if (!segmentsIn(directory).empty()) continue;
        auto slot = take(directory, error);
        if (slot && slot->segments().empty()) return slot;
        if (error != 0 && !isAboutSlot(error)) return nullptr;
        if (error != 0) last = error;
    }
    error = last;
    return nullptr;
}

std::vector<std::string> Slot::withSegments(const std::string& spool) {
    std::vector<std::string> found;
    std::error_code error;
    for (fs::directory_iterator at(spool, error), end; !error && at != end; at.increment(error)) {
        const std::string directory = at->path().string();
        std::error_code unknown;
        if (!isNumber(at->path().filename().string()) || !at->is_directory(unknown)) continue;
        const bool closed = ::faccessat(AT_FDCWD, directory.c_str(), R_OK | X_OK, AT_EACCESS) != 0;
        if (closed || !segmentsIn(directory).empty()) found.push_back(directory);
    }
    std::sort(found.begin(), found.end());
    return found;
}

Slot::~Slot() {
    // Not left to close(): a process that somebody has forked from this one would keep the lock.
    (void)::flock(lock_.fd(), LOCK_UN);
}

std::vector<std::string> Slot::segments() const { return segmentsIn(directory_); }

std::string Slot::pathOf(uint64_t number) const {
    std::array<char, 32> name;
    (void)std::snprintf(name.data(), name.size(), "/%017" PRIu64 "%s", number, kSegmentSuffix);
    return directory_ + name.data();
}

}  // namespace ledger
