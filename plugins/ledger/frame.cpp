#include "frame.h"

#include <algorithm>
#include <cstring>

#include "checksum.h"

namespace ledger {
namespace {

uint32_t lengthAt(const char* frame) {
    uint32_t length = 0;
    std::memcpy(&length, frame, sizeof length);
    return length;
}

uint32_t checksum(const char* frame, uint32_t length) {
    return crc32c({frame + kFrameHeadBytes, length}, crc32c({frame, sizeof length}));
}

}  // namespace

size_t openFrame(std::string& out) {
    const size_t frame = out.size();
    out.append(kFrameHeadBytes, '\0');
    return frame;
}

void closeFrame(std::string& out, size_t frame) {
    const auto length = static_cast<uint32_t>(out.size() - frame - kFrameHeadBytes);
    std::memcpy(out.data() + frame, &length, sizeof length);
}

void seal(std::string& frames) {
    for (size_t at = 0; at < frames.size();) {
        char* frame = frames.data() + at;
        const uint32_t length = lengthAt(frame);
        const uint32_t sum = checksum(frame, length);
        std::memcpy(frame + sizeof length, &sum, sizeof sum);
        at += kFrameHeadBytes + length;
    }
}

size_t fitting(std::string_view frames, size_t room, size_t& events) {
    size_t at = 0;
    for (events = 0; at < frames.size(); ++events) {
        const size_t bytes = kFrameHeadBytes + lengthAt(frames.data() + at);
        if (bytes > room - at) break;
        at += bytes;
    }
    return at;
}

bool FrameReader::next(std::string_view& event) {
    const auto rest = frames_.substr(at_);
    if (rest.size() < kFrameHeadBytes) return false;
    const uint32_t length = lengthAt(rest.data());
    if (length == 0 || length > kEventBytesMax || rest.size() - kFrameHeadBytes < length) return false;
    uint32_t sum = 0;
    std::memcpy(&sum, rest.data() + sizeof length, sizeof sum);
    if (sum != checksum(rest.data(), length)) return false;
    event = rest.substr(kFrameHeadBytes, length);
    at_ += kFrameHeadBytes + length;
    return true;
}

Tail FrameReader::tail() const {
    const auto rest = frames_.substr(at_);
    if (rest.empty()) return Tail::Whole;
    if (std::all_of(rest.begin(), rest.end(), [](char c) { return c == '\0'; })) return Tail::Torn;
    if (rest.size() < kFrameHeadBytes) return Tail::Torn;
    const uint32_t length = lengthAt(rest.data());
    const bool cut_off = length <= kEventBytesMax && rest.size() - kFrameHeadBytes < length;
    return cut_off ? Tail::Torn : Tail::Damaged;
}

}  // namespace ledger
