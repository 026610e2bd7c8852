#include "plugin_host/kv_store.h"

#include <charconv>

namespace sluice::host {

KvStore& KvStore::of(const std::string& instance) {
    static std::mutex mutex;
    static std::map<std::string, KvStore> all;
    const std::lock_guard lock(mutex);
    return all[instance];
}

KvStore::Entries::iterator KvStore::findLiving(std::string_view key, base::TimePoint now) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.end > now) return found;
    erase(found);
    return entries_.end();
}

void KvStore::erase(Entries::iterator entry) {
    bytes_ -= entry->first.size() + entry->second.value.size();
    entries_.erase(entry);
}

// What has ended goes when the room is needed.
bool KvStore::makeRoom(size_t bytes, size_t entries, base::TimePoint now) {
    const auto fits = [&] { return bytes_ + bytes <= kBytesMax && entries_.size() + entries <= kEntriesMax; };
    if (fits()) return true;
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const auto next = std::next(entry);
        if (entry->second.end <= now) erase(entry);
        entry = next;
    }
    return fits();
}

std::optional<std::string> KvStore::get(std::string_view key, base::TimePoint now) {
    const std::lock_guard lock(mutex_);
    const auto found = findLiving(key, now);
    return found == entries_.end() ? std::nullopt : std::optional(found->second.value);
}

KvStore::Put KvStore::put(std::string_view key, std::string_view value, base::milliseconds ttl,
                          base::TimePoint now) {
    const std::lock_guard lock(mutex_);
    return insert(key, value, ttl, now);
}

KvStore::Put KvStore::insert(std::string_view key, std::string_view value, base::milliseconds ttl,
                             base::TimePoint now) {
    const auto old = entries_.find(key);
    const size_t bytes = key.size() + value.size();
    if (value.size() > kValueMax) return Put::NoRoom;
    // What stands there now makes room for what comes, and stays if there is none.
    const size_t freed = old == entries_.end() ? 0 : old->first.size() + old->second.value.size();
    if (!makeRoom(bytes > freed ? bytes - freed : 0, freed == 0 ? 1 : 0, now)) return Put::NoRoom;
    if (const auto found = entries_.find(key); found != entries_.end()) erase(found);
    entries_.emplace(key, Entry{std::string(value), ttl.count() > 0 ? now + ttl : base::kNever});
    bytes_ += bytes;
    return Put::Done;
}

bool KvStore::remove(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return false;
    erase(found);
    return true;
}

KvStore::Put KvStore::add(std::string_view key, int64_t delta, base::milliseconds ttl, base::TimePoint now,
                          int64_t& sum) {
    const std::lock_guard lock(mutex_);
    sum = 0;
    const auto found = findLiving(key, now);
    if (found != entries_.end()) {
        const std::string& text = found->second.value;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sum);
        if (error != std::errc() || end != text.data() + text.size()) return Put::NoNumber;
    }
    if (__builtin_add_overflow(sum, delta, &sum)) return Put::NoNumber;
    const std::string text = std::to_string(sum);
    if (found == entries_.end()) return insert(key, text, ttl, now);
    bytes_ += text.size() - found->second.value.size();
    found->second.value = text;
    return Put::Done;
}

}  // namespace sluice::host
