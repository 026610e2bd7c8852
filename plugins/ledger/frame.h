// How events stand one after the other in a segment of the spool, so that the end of a write that was cut off
// is known for what it is.
//
//   the file:  "sluicel1", then frames.  A frame:  u32 length | u32 CRC-32C of length and event | event
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ledger {

constexpr std::string_view kSegmentHead = "sluicel1";
constexpr size_t kFrameHeadBytes = 8;
/// No event is longer: 22 texts of 4 KiB and attributes of 64 KiB make 150 KiB.
constexpr size_t kEventBytesMax = 256 * 1024;

/// Leaves room for the head of a frame at the end of `out`; returns where it stands.
size_t openFrame(std::string& out);
/// Everything after that head is its event. Cheap: the checksum comes with seal().
void closeFrame(std::string& out, size_t frame);
/// Fills in the checksums of closed frames. Not for the thread of a request: about 1 ns a byte.
void seal(std::string& frames);
/// How many bytes the first frames take that fit into `room`; `events` says how many those are.
size_t fitting(std::string_view frames, size_t room, size_t& events);

enum class Tail {
    Whole,    // the bytes end with a frame
    Torn,     // in the middle of one, or with zeros: a write that was cut off
    Damaged,  // there is something that nobody has written like this
};

/// Goes through sealed frames.
class FrameReader {
public:
    explicit FrameReader(std::string_view frames) : frames_(frames) {}

    /// False at the end of the whole frames.
    bool next(std::string_view& event);
    /// Bytes of the frames that next() has given.
    size_t at() const { return at_; }
    /// What stands there, once next() has said no.
    Tail tail() const;

private:
    std::string_view frames_;
    size_t at_ = 0;
};

}  // namespace ledger
