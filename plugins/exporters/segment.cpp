#include "segment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace exporters {
namespace {

constexpr std::string_view kHead = "sluicex1";
constexpr uint64_t kFirst = 16;  // where the first frame stands
constexpr size_t kFrameHead = 8;

uint32_t checksum(uint32_t length, std::string_view record) {
    auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(&length), sizeof length);
    sum = ::crc32(sum, reinterpret_cast<const Bytef*>(record.data()), static_cast<uInt>(record.size()));
    return static_cast<uint32_t>(sum);
}

bool readAt(int fd, uint64_t offset, char* to, size_t size) {
    while (size > 0) {
        const ssize_t n = ::pread(fd, to, size, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        to += n;
        offset += static_cast<uint64_t>(n);
        size -= static_cast<size_t>(n);
    }
    return true;
}

int writeAt(int fd, uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        if (n == 0) return EIO;
        bytes.remove_prefix(static_cast<size_t>(n));
        offset += static_cast<uint64_t>(n);
    }
    return 0;
}

struct Frame {
    uint32_t length, sum;
};

// The frame at `at`; false if there is no whole one before `end`.
bool frameAt(int fd, uint64_t at, uint64_t end, std::string& record) {
    Frame head{};
    if (end - at < kFrameHead || !readAt(fd, at, reinterpret_cast<char*>(&head), sizeof head)) return false;
    if (head.length == 0 || head.length > kRecordBytesMax || end - at - kFrameHead < head.length)
        return false;
    record.resize(head.length);
    return readAt(fd, at + kFrameHead, record.data(), record.size()) &&
           head.sum == checksum(head.length, record);
}

int openFile(const std::string& path, int flags) {
    return ::open(path.c_str(), flags | O_RDWR | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
}

}  // namespace

Segment::Segment(Segment&& from) noexcept
    : path_(std::move(from.path_)),
      fd_(std::exchange(from.fd_, -1)),
      done_(from.done_),
      end_(from.end_),
      records_(from.records_),
      damaged_(from.damaged_) {}

Segment& Segment::operator=(Segment&& from) noexcept {
    std::swap(path_, from.path_);
    std::swap(fd_, from.fd_);
    std::swap(done_, from.done_);
    std::swap(end_, from.end_);
    std::swap(records_, from.records_);
    std::swap(damaged_, from.damaged_);
    return *this;
}

Segment::~Segment() {
    if (fd_ >= 0) ::close(fd_);
}

Segment Segment::create(const std::string& path, int& error) {
    Segment made(path, openFile(path, O_CREAT | O_EXCL));
    error = made.fd_ < 0 ? errno : 0;
    if (error != 0) return made;
    made.done_ = made.end_ = kFirst;
    std::string head(kHead);
    head.append(reinterpret_cast<const char*>(&kFirst), sizeof kFirst);
    error = writeAt(made.fd_, 0, head);
    if (error != 0) (void)::unlink(path.c_str());
    return made;
}

Segment Segment::open(const std::string& path, int& error) {
    Segment found(path, openFile(path, 0));
    error = found.fd_ < 0 ? errno : found.scan();
    return found;
}

int Segment::scan() {
    struct stat now {};
    if (::fstat(fd_, &now) != 0) return errno;
    const auto size = static_cast<uint64_t>(now.st_size);
    std::string head(kFirst, '\0');
    if (size < kFirst) {  // killed before it had a head: nothing was in it
        done_ = end_ = size;
        return 0;
    }
    if (!readAt(fd_, 0, head.data(), head.size()) || head.compare(0, kHead.size(), kHead) != 0)
        return EBADMSG;
    std::memcpy(&done_, head.data() + kHead.size(), sizeof done_);
    end_ = kFirst;
    std::string record;
    bool cursor_met = done_ == kFirst;
    for (; frameAt(fd_, end_, size, record); cursor_met |= end_ == done_) {
        if (end_ >= done_) ++records_;
        end_ += kFrameHead + record.size();
    }
    if (!cursor_met) return EBADMSG;  // a cursor that points into a record is nobody's
    damaged_ = size - end_;
    // What comes later stands there, and nothing of it may remain behind that.
    if (damaged_ > 0 && ::ftruncate(fd_, static_cast<off_t>(end_)) != 0) return errno;
    return 0;
}

int Segment::append(const std::vector<std::string_view>& records) {
    std::string bytes;
    for (const auto record : records) {
        const auto length = static_cast<uint32_t>(record.size());
        const Frame head{length, checksum(length, record)};
        bytes.append(reinterpret_cast<const char*>(&head), sizeof head).append(record);
    }
    if (const int error = writeAt(fd_, end_, bytes)) {
        // If not even that can be done, the checksum says at the next opening that it counts for nothing.
        const int cut = ::ftruncate(fd_, static_cast<off_t>(end_));
        return cut == 0 ? error : EIO;
    }
    end_ += bytes.size();
    records_ += records.size();
    return 0;
}

std::vector<std::string> Segment::read(size_t records_max, uint64_t bytes_max) const {
    std::vector<std::string> all;
    uint64_t bytes = 0;
    std::string record;
    for (uint64_t at = done_; at < end_ && all.size() < records_max && frameAt(fd_, at, end_, record);) {
        bytes += record.size();
        if (!all.empty() && bytes > bytes_max) break;
        at += kFrameHead + record.size();
        all.push_back(std::move(record));
        record.clear();
    }
    return all;
}

int Segment::sent(size_t records) {
    uint64_t at = done_;
    for (size_t i = 0; i < records && at < end_; ++i) {
        Frame head{};
        if (!readAt(fd_, at, reinterpret_cast<char*>(&head), sizeof head)) return EIO;
        at += kFrameHead + head.length;
        --records_;
    }
    done_ = at;
    return writeAt(fd_, kHead.size(), {reinterpret_cast<const char*>(&done_), sizeof done_});
}

void Segment::remove() { (void)::unlink(path_.c_str()); }

}  // namespace exporters
