#include "spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>

namespace exporters {
namespace {

namespace fs = std::filesystem;

constexpr int kSlotsMax = 64;
constexpr const char* kSuffix = ".records";

int makeDirectory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return 0;
    return errno;
}

// The lock on a slot; negative: somebody has it, or `error`.
int lockOf(const std::string& slot, int& error) {
    const int fd = ::open((slot + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    error = fd < 0 ? errno : 0;
    if (fd < 0 || ::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    error = errno == EWOULDBLOCK ? 0 : errno;
    ::close(fd);
    return -1;
}

// Not left to close(): a process that somebody has forked from this one would keep it.
void unlock(int fd) {
    (void)::flock(fd, LOCK_UN);
    ::close(fd);
}

std::vector<std::string> segmentsIn(const std::string& slot) {
    std::vector<std::string> found;
    std::error_code error;
    for (fs::directory_iterator at(slot, error), end; !error && at != end; at.increment(error)) {
        if (at->path().extension() == kSuffix) found.push_back(at->path().filename().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

Spool::Spool(SpoolOptions options, std::atomic<int64_t>& total,
             std::function<void(size_t, const char*)> dropped)
    : options_(std::move(options)), total_(total), dropped_(std::move(dropped)) {}

Spool::~Spool() {
    for (auto& segment : segments_) {
        total_ -= static_cast<int64_t>(segment.bytes());
        if (segment.records() == 0) segment.remove();
    }
    if (lock_ >= 0) unlock(lock_);
}

std::string Spool::slotPath(int number) const { return options_.directory + "/" + std::to_string(number); }

int Spool::open() {
    const std::string parent = fs::path(options_.directory).parent_path().string();
    if (!parent.empty()) (void)makeDirectory(parent);
    if (const int error = makeDirectory(options_.directory)) return error;
    for (int number = 0; number < kSlotsMax; ++number) {
        slot_ = slotPath(number);
        if (const int error = makeDirectory(slot_)) return error;
        int error = 0;
        lock_ = lockOf(slot_, error);
        if (error != 0) return error;
        if (lock_ < 0) continue;
        take(slot_);
        return 0;
    }
    return EUSERS;
}

void Spool::adopt() {
    for (int number = 0; number < kSlotsMax; ++number) {
        const std::string slot = slotPath(number);
        if (slot == slot_ || segmentsIn(slot).empty()) continue;
        int error = 0;
        const int lock = lockOf(slot, error);
        if (lock < 0) continue;
        take(slot);
        unlock(lock);
    }
}

// Under the lock of `slot`.
void Spool::take(const std::string& slot) {
    for (const auto& name : segmentsIn(slot)) {
        const std::string from = slot + "/" + name;
        int error = 0;
        Segment segment = Segment::open(from, error);
        if (error != 0) {
            // Kept for whoever wants to look at it; nothing reads that name.
            if (error == EBADMSG && std::rename(from.c_str(), (from + ".damaged").c_str()) == 0)
                dropped_(1, "damaged");
            continue;
        }
        if (segment.damagedBytes() > 0) dropped_(1, "damaged");
        if (segment.records() == 0) {
            segment.remove();
            continue;
        }
        std::string to = slot_ + "/" + name;
        if (slot != slot_) {
            std::error_code unknown;
            if (fs::exists(to, unknown)) to += "-" + fs::path(slot).filename().string() + kSuffix;
            if (std::rename(from.c_str(), to.c_str()) != 0) continue;
        }
        segment.setPath(to);
        add(std::move(segment));
    }
}

// By name, which begins with the time at which it was made. The last one does not grow any more.
void Spool::add(Segment segment) {
    records_ += segment.records();
    total_ += static_cast<int64_t>(segment.bytes());
    const auto later = [](const Segment& a, const Segment& b) {
        return fs::path(a.path()).filename() < fs::path(b.path()).filename();
    };
    segments_.insert(std::upper_bound(segments_.begin(), segments_.end(), segment, later),
                     std::move(segment));
}

int Spool::roll() {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    std::array<char, 48> name;
    (void)std::snprintf(name.data(), name.size(), "/%017lld-%04u%s", static_cast<long long>(now.count()),
                        number_++ % 10'000, kSuffix);
    int error = 0;
    Segment fresh = Segment::create(slot_ + name.data(), error);
    if (error != 0) return error;
    total_ += static_cast<int64_t>(fresh.bytes());
    segments_.push_back(std::move(fresh));  // not add(): a clock that was set back must not put it in front
    return 0;
}

void Spool::dropOldest(const char* why) {
    Segment& oldest = segments_.front();
    if (oldest.records() > 0) dropped_(oldest.records(), why);
    records_ -= oldest.records();
    total_ -= static_cast<int64_t>(oldest.bytes());
    oldest.remove();
    segments_.pop_front();
}

int Spool::append(const std::vector<std::string_view>& records) {
    if (lock_ < 0) return EBADF;
    int64_t bytes = 0;
    for (const auto record : records) bytes += static_cast<int64_t>(record.size()) + 8;
    while (!segments_.empty() && total_ + bytes > static_cast<int64_t>(options_.bytes_max))
        dropOldest("spool_full");
    // What is left is other destinations': their records are not this one's to drop.
    if (total_ > 0 && total_ + bytes > static_cast<int64_t>(options_.bytes_max)) return ENOSPC;
    if (segments_.empty() || segments_.back().bytes() >= options_.segment_bytes) {
        if (const int error = roll()) return error;
    }
    Segment& last = segments_.back();
    const uint64_t before = last.bytes();
    if (const int error = last.append(records)) return error;
    total_ += static_cast<int64_t>(last.bytes() - before);
    records_ += records.size();
    return 0;
}

std::vector<std::string> Spool::read(size_t records_max, uint64_t bytes_max) {
    while (!segments_.empty()) {
        auto found = segments_.front().read(records_max, bytes_max);
        if (!found.empty()) return found;
        dropOldest("damaged");  // it is empty, or it cannot be read any more
    }
    return {};
}

void Spool::sent(size_t records) {
    if (segments_.empty()) return;
    Segment& first = segments_.front();
    const size_t before = first.records();
    (void)first.sent(records);  // if the disk says no, they are sent again after a restart
    records_ -= before - first.records();
    if (first.records() == 0) dropOldest("");
}

}  // namespace exporters
