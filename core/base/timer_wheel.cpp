#include "base/timer_wheel.h"

#include <algorithm>

namespace sluice::base {

TimerWheel::TimerWheel(TimePoint start) : start_(start) {
    for (auto& head : slots_) head.prev = head.next = &head;
}

int64_t TimerWheel::tickOf(TimePoint t) const {
    // Rounded up: a timer never fires early.
    auto since = std::chrono::duration_cast<std::chrono::microseconds>(t - start_).count();
    return since <= 0 ? 0 : (since + 999) / 1000;
}

void TimerWheel::arm(TimerNode& node, TimePoint deadline) {
    if (node.armed()) disarm(node);
    node.deadline = deadline;
    if (deadline == kNever) return;
    const auto slot = static_cast<size_t>(std::max(tickOf(deadline), tick_)) % kSlots;
    TimerNode& head = slots_[slot];
    node.prev = head.prev;
    node.next = &head;
    head.prev->next = &node;
    head.prev = &node;
    used_[slot / 64] |= uint64_t{1} << (slot % 64);
    ++count_;
    // Into the slot that popExpired has just gone through: it has to look at this one, too.
    if (slot == static_cast<size_t>(tick_) % kSlots && cursor_ == &head) cursor_ = &node;
}

void TimerWheel::disarm(TimerNode& node) {
    if (!node.armed()) return;
    if (cursor_ == &node) cursor_ = node.next;
    // The last of its slot: its bit would wake the loop for nothing. Its one neighbour is the head.
    if (node.prev == node.next) {
        const auto slot = static_cast<size_t>(node.prev - slots_.data());
        used_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
    }
    node.prev->next = node.next;
    node.next->prev = node.prev;
    node.prev = node.next = nullptr;
    --count_;
}

TimerNode* TimerWheel::popExpired(TimePoint now) {
    const int64_t last = count_ == 0 ? -1 : std::chrono::duration_cast<milliseconds>(now - start_).count();
    for (; tick_ <= last; ++tick_, cursor_ = nullptr) {
        const size_t slot = static_cast<size_t>(tick_) % kSlots;
        if (!(used_[slot / 64] >> (slot % 64) & 1)) continue;
        TimerNode& head = slots_[slot];
        for (TimerNode* node = cursor_ ? cursor_ : head.next; node != &head; node = node->next) {
            if (node->deadline > now) continue;  // a later turn, or later within this millisecond
            cursor_ = node->next;
            disarm(*node);
            return node;
        }
        if (head.next == &head) used_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
        if (tick_ == last) break;  // this millisecond is not over: look again next time
    }
    cursor_ = nullptr;
    if (count_ == 0) tick_ = std::max(tick_, std::chrono::duration_cast<milliseconds>(now - start_).count());
    return nullptr;
}

int TimerWheel::nextTimeoutMs(TimePoint now) const {
    if (count_ == 0) return -1;
    const int64_t now_tick = std::chrono::duration_cast<milliseconds>(now - start_).count();
    const size_t first = static_cast<size_t>(tick_) % kSlots;
    uint64_t word = used_[first / 64] >> (first % 64) << (first % 64);
    for (size_t i = 0; i <= used_.size(); ++i) {
        if (word != 0) {
            const size_t slot =
                (first / 64 + i) % used_.size() * 64 + static_cast<size_t>(__builtin_ctzll(word));
            const auto ahead = static_cast<int64_t>((slot + kSlots - first) % kSlots);
            return static_cast<int>(std::max<int64_t>(tick_ + ahead - now_tick, ahead ? 0 : 1));
        }
        word = used_[(first / 64 + i + 1) % used_.size()];
    }
    return static_cast<int>(kSlots);
}

}  // namespace sluice::base
