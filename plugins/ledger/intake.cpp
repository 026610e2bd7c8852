#include "intake.h"

#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdio>

#include "event.h"
#include "frame.h"

namespace ledger {
namespace {

constexpr int64_t kLastMs = 253'402'300'799'999;  // 9999-12-31, as the store has it
constexpr size_t kRoomyBytes = 1024 * 1024;       // what a quiet time need not keep

int64_t nowMs() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

void Intake::add(const sluice_record& given) {
    sluice_record record = wholeRecord(given);
    if (record.start_ms <= 0 || record.start_ms > kLastMs) record.start_ms = nowMs();
    const std::lock_guard lock(mutex_);
    if (frames_.bytes.size() >= bytes_max_) {
        ++dropped_;
        return;
    }
    ++taken_;
    if (record.record_id.len > 0 || record.call_id.len > 0) return append(record);
    std::array<char, 40> id;
    const int size = std::snprintf(id.data(), id.size(), "~%016" PRIx64 ".%" PRIx64, random_, ++ids_);
    record.record_id = {id.data(), static_cast<size_t>(size)};
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
