#include "engine/entry.h"

#include <malloc.h>

#include <cstring>
#include <new>

namespace cache_memory {
namespace {

// In front of each block of glibc's; jemalloc, which has none, is counted a little too high.
constexpr size_t kAllocator = sizeof(size_t);
// A slot of the table is 16 bytes, and between 7/16 and 7/8 of them are taken; one of the ghosts is 8, and
// likewise.
constexpr size_t kTables = 36;

}  // namespace

Entry* Entry::make(std::string_view key, std::string_view value, uint64_t hash, int64_t expires_ms) {
    void* memory = ::operator new(sizeof(Entry) + key.size() + value.size());
    auto* entry = ::new (memory) Entry(hash, expires_ms);
    entry->key_size_ = static_cast<uint16_t>(key.size());
    entry->value_size_ = static_cast<uint32_t>(value.size());
    char* bytes = reinterpret_cast<char*>(entry + 1);
    std::memcpy(bytes, key.data(), key.size());
    if (!value.empty()) std::memcpy(bytes + key.size(), value.data(), value.size());
    return entry;
}

void Entry::release(Entry* entry) {
    if (entry->holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    entry->~Entry();
    ::operator delete(static_cast<void*>(entry));
}

size_t Entry::cost() const { return ::malloc_usable_size(const_cast<Entry*>(this)) + kAllocator + kTables; }

size_t Entry::costOf(size_t key_size, size_t value_size) {
    return sizeof(Entry) + key_size + value_size + kAllocator + kTables;
}

}  // namespace cache_memory
