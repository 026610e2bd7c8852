#include "intake.h"

#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "event.h"
#include "frame.h"

namespace ledger {
namespace {

constexpr int64_t kLastMs = 253'402'300'799'999;  // 9999-12-31, as the store has it
constexpr size_t kGivenIdMax = 400;               // of the client's part; the store cuts ids at 512 bytes
constexpr size_t kRoomyBytes = 1024 * 1024;       // what a quiet time need not keep

int64_t nowMs() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

void Intake::add(const sluice_record& given, bool distinct) {
    sluice_record record = wholeRecord(given);
    if (record.start_ms <= 0 || record.start_ms > kLastMs) record.start_ms = nowMs();
    const std::lock_guard lock(mutex_);
    if (frames_.bytes.size() >= bytes_max_) {
        ++dropped_;
        return;
    }
    ++taken_;
    if (!distinct && record.call_id.len > 0) return append(record);
    // <the client's>~<16 digits of the instance>.<which of these>
    std::array<char, kGivenIdMax + 48> id;
    const size_t given_size = record.call_id.len < kGivenIdMax ? record.call_id.len : kGivenIdMax;
    if (given_size > 0) std::memcpy(id.data(), record.call_id.ptr, given_size);
    const int own = std::snprintf(id.data() + given_size, id.size() - given_size, "~%016" PRIx64 ".%" PRIx64,
                                  random_, ++ids_);
    record.call_id = {id.data(), given_size + static_cast<size_t>(own)};
    append(record);
}

void Intake::append(const sluice_record& record) {
    const size_t frame = openFrame(frames_.bytes);
    encode(record, frames_.bytes);
    closeFrame(frames_.bytes, frame);
    ++frames_.events;
}

void Intake::take(Frames& used) {
    if (used.bytes.capacity() > kRoomyBytes) used.bytes = {};
    used.bytes.clear();
    used.events = 0;
    const std::lock_guard lock(mutex_);
    std::swap(used, frames_);
}

uint64_t Intake::taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

uint64_t Intake::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

}  // namespace ledger
