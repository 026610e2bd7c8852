#include "engine/table.h"

#include <algorithm>

namespace cache_memory {
namespace {

constexpr size_t kSlotsFirst = 64;

uint32_t half(uint64_t hash) { return static_cast<uint32_t>(hash); }

}  // namespace

Table::Table() : slots_(kSlotsFirst, Slot{}), mask_(kSlotsFirst - 1) {}

// Both sides of a comparison are rounded so that nothing counts as expired too early.
uint32_t Table::secondsDown(int64_t ms) {
    return static_cast<uint32_t>(std::clamp<int64_t>(ms / 1000, 0, UINT32_MAX));
}
uint32_t Table::secondsUp(int64_t ms) { return secondsDown(ms > INT64_MAX - 999 ? ms : ms + 999); }

Entry* Table::find(uint64_t hash, std::string_view key) const {
    const uint32_t wanted = half(hash);
    for (size_t at = wanted & mask_; slots_[at].entry; at = (at + 1) & mask_) {
        if (slots_[at].hash == wanted && slots_[at].entry->key() == key) return slots_[at].entry;
    }
    return nullptr;
}

void Table::insert(Entry& entry) {
    if ((size_ + 1) * 8 > slots_.size() * 7) grow();
    place({half(entry.hash()), secondsUp(entry.expiresMs()), &entry});
    ++size_;
}

void Table::erase(const Entry& entry) {
    size_t hole = half(entry.hash()) & mask_;
    while (slots_[hole].entry != &entry) hole = (hole + 1) & mask_;
    for (size_t at = (hole + 1) & mask_; slots_[at].entry; at = (at + 1) & mask_) {
        const size_t home = slots_[at].hash & mask_;
        // May it stand in the hole, or would that be before its home?
        if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
        slots_[hole] = slots_[at];
        hole = at;
    }
    slots_[hole] = {};
    --size_;
}

void Table::place(Slot slot) {
    size_t at = slot.hash & mask_;
    while (slots_[at].entry) at = (at + 1) & mask_;
    slots_[at] = slot;
}

void Table::grow() {
    std::vector<Slot> old(slots_.size() * 2, Slot{});
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.entry) place(slot);
    }
}

Table::Walk Table::begun() const {
    Walk walk{0, slots_.size(), slots_.size()};
    while (slots_[walk.at].entry) ++walk.at;  // there is one: it is never full
    return walk;
}

}  // namespace cache_memory
