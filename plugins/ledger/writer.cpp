#include "writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "frame.h"

namespace ledger {

using Clock = std::chrono::steady_clock;

namespace {

// A segment that is in the store is kept until it has this size: few files, and little to replay.
constexpr uint64_t kIdleBytes = 256 * 1024;
constexpr std::chrono::minutes kWordEvery{1};

// No two segments of a slot have ever had the same name, those that were set aside included.
uint64_t firstNumber() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

Writer::Writer(const Options& options, Intake& intake, Spools& spools, Overflow& overflow, Figures& figures,
               Log log)
    : options_(options),
      intake_(intake),
      spools_(spools),
      overflow_(overflow),
      figures_(figures),
      log_(std::move(log)) {}

milliseconds Writer::step() {
    (void)flush(false);
    if (file_ && spool_->segments.idleBytes() >= kIdleBytes) endSegment();
    figures_.spool_bytes = spools_.bytes();
    figures_.waiting = spools_.events() + overflow_.events();
    tellOfDropped();
    return options_.flush;
}

void Writer::close() {
    while (flush(true)) continue;
    if (failing_) {  // then some may have come since
        intake_.take(frames_);
        seal(frames_.bytes);
        figures_.events += frames_.events;
        overflow_.put(std::move(frames_));
    }
    leaveSlot();
    next_word_ = {};
    tellOfDropped();
}

// False: there is nothing to write, or it cannot be written. What failed is tried again before anything new
// leaves the intake, whose bound holds for the rest.
bool Writer::flush(bool now) {
    if (failing_ && !now && Clock::now() < retry_at_) return false;
    if (failing_ && overflow_.lent()) return false;
    if (failing_) frames_ = overflow_.take();
    if (!failing_ || frames_.empty()) {
        intake_.take(frames_);
        if (frames_.empty()) return false;
        refuse(frames_);
        if (frames_.empty()) return true;
        seal(frames_.bytes);
        figures_.events += frames_.events;
    }
    const int error = append(frames_);
    if (error != 0) {
        failed(error, frames_.events);
        overflow_.put(std::move(frames_));
        return false;
    }
    worked();
    return true;
}

// The oldest stay: what does not fit any more is refused.
void Writer::refuse(Frames& frames) {
    const uint64_t used = spools_.bytes();
    const uint64_t room = used < options_.max_spool ? options_.max_spool - used : 0;
    size_t events = 0;
    const size_t bytes = fitting(frames.bytes, room, events);
    refused_ += frames.events - events;
    frames.bytes.resize(bytes);
    frames.events = events;
}

int Writer::append(const Frames& frames) {
    const bool full = size_ > kSegmentHead.size() && size_ + frames.bytes.size() > options_.segment_bytes;
    if (file_ && (full || file_->removed())) endSegment();
    if (!file_) {
        if (const int error = openSegment()) return error;
    }
    int error = file_->append(frames.bytes);
    if (error == 0 && options_.sync && ::fdatasync(file_->fd()) != 0) error = errno;
    if (error != 0) {
        // A part may stand there: it must not come before whole frames.
        (void)!::ftruncate(file_->fd(), static_cast<off_t>(size_));
        endSegment();
        return error;
    }
    size_ += frames.bytes.size();
    spool_->segments.grow(frames.bytes.size(), frames.events);
    return 0;
}

int Writer::openSegment() {
    if (spool_ && ::access(spool_->slot->directory().c_str(), W_OK) != 0) leaveSlot();
    if (!spool_) {
        int error = 0;
        auto slot = Slot::takeEmpty(options_.spool, error);
        if (!slot) return error;
        number_ = firstNumber();
        spool_ = std::make_shared<Spool>(std::move(slot), false, log_);
        spools_.add(spool_);
    }
    const std::string path = spool_->slot->pathOf(++number_);
    auto file = std::make_shared<File>(File::open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND));
    if (!*file) return errno;
    int error = file->append(kSegmentHead);
    // The names above it, too: slot and spool may be new.
    for (const char* above : {"", "/..", "/../.."}) {
        if (error == 0 && options_.sync) error = syncDirectory(spool_->slot->directory() + above);
    }
    if (error != 0) {
        (void)::unlink(path.c_str());
        return error;
    }
    file_ = std::move(file);
    size_ = kSegmentHead.size();
    spool_->segments.add({path, file_, size_, size_, 0, true, false});
    return 0;
}

void Writer::endSegment() {
    file_.reset();
    spool_->segments.finish();
}

void Writer::leaveSlot() {
    if (!spool_) return;
    endSegment();
    spool_->writing = false;
    spool_.reset();
}

void Writer::worked() {
    retry_ = milliseconds(0);
    if (!std::exchange(failing_, false)) return;
    log_(Level::Info, options_.spool + ": the spool takes events again");
}

void Writer::failed(int error, size_t events) {
    retry_ = nextRetry(retry_);
    retry_at_ = Clock::now() + retry_;
    if (std::exchange(failing_, true)) return;
    log_(Level::Error, faultText(options_.spool, error) +
                           "; the spool does not take events: " + std::to_string(events) +
                           " and those that follow wait in memory and go to the store from there; kill -9 "
                           "would lose them");
}

void Writer::tellOfDropped() {
    const uint64_t late = intake_.dropped();
    const uint64_t dropped = refused_ + late;
    figures_.dropped += dropped - counted_dropped_;
    counted_dropped_ = dropped;
    if (dropped == told_of_dropped_ || Clock::now() < next_word_) return;
    log_(Level::Error, std::to_string(dropped - told_of_dropped_) + " events are lost; since the start " +
                           std::to_string(refused_) + " because the spool " + options_.spool +
                           " has reached max_spool, " + std::to_string(late) +
                           " because it could not be written for too long");
    told_of_dropped_ = dropped;
    next_word_ = Clock::now() + kWordEvery;
}

}  // namespace ledger
