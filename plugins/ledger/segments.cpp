#include "segments.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "frame.h"

namespace ledger {
namespace {

// Files held open for the sake of an operator who removes the directory; more are opened again by name.
constexpr size_t kOpenMax = 8;
// No segment is larger than the intake's bound and the events of one write.
constexpr int64_t kSegmentBytesMax = 64 * 1024 * 1024;

std::string bytesText(uint64_t bytes) { return std::to_string(bytes) + " bytes"; }

}  // namespace

void Segments::add(Segment segment) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(segment));
    removeDone();
}

void Segments::grow(uint64_t bytes, uint64_t events) {
    const std::lock_guard lock(mutex_);
    all_.back().size += bytes;
    all_.back().events += events;
}

void Segments::finish() {
    const std::lock_guard lock(mutex_);
    if (all_.empty()) return;
    all_.back().growing = false;
    if (all_.size() > kOpenMax) all_.back().file.reset();
    removeDone();
}

std::optional<Piece> Segments::next() const {
    const std::lock_guard lock(mutex_);
    if (all_.empty() || all_.front().done == all_.front().size) return std::nullopt;
    const Segment& first = all_.front();
    return Piece{first.path, first.file, first.done, first.size};
}

void Segments::stored(uint64_t bytes, uint64_t events) {
    const std::lock_guard lock(mutex_);
    all_.front().done += bytes;
    all_.front().events -= events;
    removeDone();
}

void Segments::setAside(const std::string& why) {
    const std::lock_guard lock(mutex_);
    Segment& first = all_.front();
    log_(Level::Error, first.path + ": " + why + "; " + bytesText(first.size - first.done) +
                           " of it are left out, and the file is kept as " + first.path + ".damaged");
    first.damaged = true;
    first.done = first.size;
    first.events = 0;
    removeDone();
}

void Segments::removeDone() {
    while (!all_.empty() && !all_.front().growing && all_.front().done == all_.front().size) {
        const Segment& first = all_.front();
        const int failed = first.damaged ? std::rename(first.path.c_str(), (first.path + ".damaged").c_str())
                                         : ::unlink(first.path.c_str());
        // It would be replayed after a restart, and the store knows all of it.
        if (failed != 0 && errno != ENOENT)
            log_(Level::Warn, faultText(first.path, errno) + "; it cannot be removed");
        all_.pop_front();
    }
}

uint64_t Segments::bytes() const {
    const std::lock_guard lock(mutex_);
    uint64_t bytes = 0;
    for (const auto& segment : all_) bytes += segment.size;
    return bytes;
}

uint64_t Segments::events() const {
    const std::lock_guard lock(mutex_);
    uint64_t events = 0;
    for (const auto& segment : all_) events += segment.events;
    return events;
}

uint64_t Segments::idleBytes() const {
    const std::lock_guard lock(mutex_);
    if (all_.empty() || all_.back().done != all_.back().size) return 0;
    return all_.back().size;
}

std::optional<Segment> inspect(const std::string& path, const Log& log) {
    const File file = File::open(path, O_RDONLY);
    std::string bytes;
    const int64_t size = file ? file.size() : -1;
    const int error = size < 0                  ? errno
                      : size > kSegmentBytesMax ? EFBIG
                                                : file.read(0, static_cast<size_t>(size), bytes);
    if (error != 0) {
        log(Level::Error, faultText(path, error) + "; it is left as it is");
        return std::nullopt;
    }
    Segment segment{path, nullptr, bytes.size(), bytes.size(), 0, false, false};
    const std::string_view head = kSegmentHead.substr(0, bytes.size());
    if (bytes.substr(0, head.size()) != head) {
        log(Level::Error, path + ": this is no segment, or one of a later release; it is left as it is");
        return std::nullopt;
    }
    if (bytes.size() < kSegmentHead.size()) return segment;  // nothing was written behind it
    segment.done = kSegmentHead.size();
    FrameReader frames(std::string_view(bytes).substr(kSegmentHead.size()));
    for (std::string_view event; frames.next(event);) ++segment.events;
    segment.size = kSegmentHead.size() + frames.at();
    segment.damaged = frames.tail() == Tail::Damaged;
    const uint64_t left_out = bytes.size() - segment.size;
    if (segment.damaged)
        log(Level::Error, path + ": damaged after " + std::to_string(segment.events) + " events; " +
                              bytesText(left_out) + " are left out, and the file is kept as " + path +
                              ".damaged");
    else if (left_out > 0)
        log(Level::Warn, path + ": its last write was cut off after " + std::to_string(segment.events) +
                             " events; " + bytesText(left_out) + " at its end are left out");
    return segment;
}

}  // namespace ledger
