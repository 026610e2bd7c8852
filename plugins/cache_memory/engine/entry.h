// One entry: header, key and value in one allocation, counted by those who hold it.
//
// A shard holds what it keeps, and each reader holds what it has found, so that a value lives on while it is
// read, although it has been thrown out meanwhile, and nobody copies it under a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

namespace cache_memory {

class Entry {
public:
    /// Held once, by the caller. Throws std::bad_alloc.
    static Entry* make(std::string_view key, std::string_view value, uint64_t hash, int64_t expires_ms);
    static void hold(Entry& entry) { entry.holders_.fetch_add(1, std::memory_order_relaxed); }
    static void release(Entry* entry);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    std::string_view key() const { return {bytes(), key_size_}; }
    std::string_view value() const { return {bytes() + key_size_, value_size_}; }
    int64_t expiresMs() const { return expires_ms_; }
    uint64_t hash() const { return hash_; }
    /// What it takes of the memory, as the allocator rounds it, with its share of the tables.
    size_t cost() const;
    /// The least that an entry of these sizes costs.
    static size_t costOf(size_t key_size, size_t value_size);

    // The shard's, under its lock: the neighbours in its queue, how often it was found lately (0 to 3), and
    // which queue that is.
    Entry* newer = nullptr;
    Entry* older = nullptr;
    uint8_t uses = 0;
    bool in_main = false;

private:
    Entry(uint64_t hash, int64_t expires_ms) : hash_(hash), expires_ms_(expires_ms) {}
    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

    uint16_t key_size_ = 0;
    uint32_t value_size_ = 0;
    std::atomic<uint32_t> holders_{1};
    const uint64_t hash_;
    const int64_t expires_ms_;
};

/// An entry that was found, as long as it is looked at.
class Held {
public:
    Held() = default;
    /// Takes over what the caller holds.
    explicit Held(Entry* entry) : entry_(entry) {}
    Held(Held&& other) noexcept : entry_(other.entry_) { other.entry_ = nullptr; }
    Held& operator=(Held&& other) noexcept {
        std::swap(entry_, other.entry_);
        return *this;
    }
    ~Held() {
        if (entry_) Entry::release(entry_);
    }
    explicit operator bool() const { return entry_ != nullptr; }
    const Entry* operator->() const { return entry_; }
    Entry* get() const { return entry_; }

private:
    Entry* entry_ = nullptr;
};

/// Entries that a shard has thrown out: let go of at the end of the scope, when its lock is not held any
/// more. Linked by themselves, so that nothing is allocated. They are in no queue.
class Gone {
public:
    Gone() = default;
    Gone(const Gone&) = delete;
    Gone& operator=(const Gone&) = delete;
    ~Gone() {
        while (first_) Entry::release(std::exchange(first_, first_->older));
    }
    void add(Entry& entry) {
        entry.older = first_;
        first_ = &entry;
    }
    template <class Visit>
    void each(Visit&& visit) const {
        for (const Entry* entry = first_; entry; entry = entry->older) visit(*entry);
    }

private:
    Entry* first_ = nullptr;
};

}  // namespace cache_memory
