#include "engine/shard.h"

namespace cache_memory {
namespace {

constexpr size_t kSweepSlots = 32;       // of a put that needs room
constexpr size_t kFlushSlots = 256;      // under the lock at a time
constexpr size_t kResizeEvictions = 64;  // likewise

bool startsWith(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

Figures& Figures::operator+=(const Figures& other) {
    entries += other.entries;
    bytes += other.bytes;
    hits += other.hits;
    misses += other.misses;
    evictions += other.evictions;
    expired += other.expired;
    return *this;
}

Shard::~Shard() {
    while (drain()) continue;
}

Held Shard::find(uint64_t hash, std::string_view key, int64_t now_ms) {
    Gone gone;
    const std::lock_guard lock(mutex_);
    Entry* entry = table_.find(hash, key);
    if (entry && entry->expiresMs() > now_ms) {
        ++counts_.hits;
        Queues::found(*entry);
        Entry::hold(*entry);
        return Held(entry);
    }
    ++counts_.misses;
    if (!entry) return {};
    ++counts_.expired;
    queues_.remove(*entry);
    drop(*entry, gone);
    return {};
}

// It is in no queue any more.
void Shard::drop(Entry& entry, Gone& gone) {
    table_.erase(entry);
    gone.add(entry);
}

bool Shard::put(Held entry, int64_t now_ms, bool in_main) {
    const size_t bytes = entry->cost();
    Gone gone;
    const std::lock_guard lock(mutex_);
    if (bytes > queues_.bytesMax()) return false;
    if (Entry* before = table_.find(entry->hash(), entry->key())) {
        in_main |= before->in_main;
        queues_.remove(*before);
        drop(*before, gone);
    } else {
        in_main |= queues_.belongsInMain(entry->hash());
    }
    makeRoom(bytes, now_ms, gone);
    table_.insert(*entry.get());
    queues_.add(*entry.get(), in_main);
    Entry::hold(*entry.get());
    return true;
}

void Shard::makeRoom(size_t bytes, int64_t now_ms, Gone& gone) {
    const auto full = [&] { return queues_.bytes() + bytes > queues_.bytesMax(); };
    if (!full()) return;
    Entry* dead = nullptr;
    table_.expired(kSweepSlots, now_ms, [&](Entry& entry) { return (dead = &entry) != nullptr; });
    if (dead) {
        ++counts_.expired;
        queues_.remove(*dead);
        drop(*dead, gone);
    }
    while (full()) {
        Entry* entry = queues_.evict(now_ms);
        if (!entry) return;
        ++(entry->expiresMs() <= now_ms ? counts_.expired : counts_.evictions);
        drop(*entry, gone);
    }
}

bool Shard::remove(uint64_t hash, std::string_view key, int64_t now_ms) {
    Gone gone;
    const std::lock_guard lock(mutex_);
    Entry* entry = table_.find(hash, key);
    if (!entry) return false;
    const bool alive = entry->expiresMs() > now_ms;
    if (!alive) ++counts_.expired;
    queues_.remove(*entry);
    drop(*entry, gone);
    return alive;
}

void Shard::flush(std::string_view prefix) {
    Table::Walk walk;
    for (bool more = true; more;) {
        Gone gone;
        const std::lock_guard lock(mutex_);
        more = table_.walk(walk, kFlushSlots, [&](Entry& entry) {
            if (!startsWith(entry.key(), prefix)) return;
            queues_.remove(entry);
            gone.add(entry);
        });
        gone.each([this](const Entry& entry) { table_.erase(entry); });
    }
}

Held Shard::drain() {
    const std::lock_guard lock(mutex_);
    Entry* entry = queues_.drain();
    if (!entry) return {};
    table_.erase(*entry);
    return Held(entry);
}

void Shard::resize(size_t bytes_max, int64_t now_ms) {
    for (bool more = true; more;) {
        Gone gone;
        const std::lock_guard lock(mutex_);
        queues_.resize(bytes_max);
        more = false;
        for (size_t i = 0; i < kResizeEvictions && queues_.bytes() > bytes_max; ++i) {
            Entry* entry = queues_.evict(now_ms);
            ++counts_.evictions;
            drop(*entry, gone);
            more = true;
        }
    }
}

Figures Shard::figures() const {
    const std::lock_guard lock(mutex_);
    Figures figures = counts_;
    figures.entries = table_.size();
    figures.bytes = queues_.bytes();
    return figures;
}

}  // namespace cache_memory
