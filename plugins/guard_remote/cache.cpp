#include "cache.h"

#include <cstring>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

namespace guard_remote {
namespace {

size_t sizeOf(const Judgement& judgement) {
    size_t bytes = judgement.reason.size();
    for (const auto& label : judgement.labels) bytes += sizeof label + label.size();
    for (const auto& one : judgement.found) bytes += sizeof one + one.entity.size() + one.by.size();
    return bytes + (judgement.edited ? judgement.edited->size() : 0);
}

}  // namespace

size_t Cache::Hash::operator()(const Key& key) const {
    size_t hash = 0;
    std::memcpy(&hash, key.data(), sizeof hash);
    return hash;
}

Cache::Key Cache::keyOf(std::string_view context, std::string_view text) const {
    // With its length in front, no context can pass for a part of the text.
    const std::string head = salt_ + std::to_string(context.size()) + ":" + std::string(context);
    Key key{};
    unsigned size = 0;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(digest.get(), head.data(), head.size()) != 1 ||
        EVP_DigestUpdate(digest.get(), text.data(), text.size()) != 1 ||
        EVP_DigestFinal_ex(digest.get(), key.data(), &size) != 1)
        throw std::runtime_error("SHA-256 is not available");
    return key;
}

std::optional<Judgement> Cache::find(const Key& key, int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return std::nullopt;
    if (found->second->end_ms <= now_ms) {
        drop(found->second);
        return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->judgement;
}

void Cache::put(const Key& key, const Judgement& judgement, int64_t now_ms) {
    const size_t size = sizeof(Entry) + 64 + sizeOf(judgement);  // 64: the index
    if (limits_.entries == 0 || size > limits_.bytes) return;
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) drop(found->second);
    while (!entries_.empty() && (entries_.size() >= limits_.entries || bytes_ + size > limits_.bytes))
        drop(std::prev(entries_.end()));
    entries_.push_front({key, judgement, now_ms + limits_.ttl_ms, size});
    index_[key] = entries_.begin();
    bytes_ += size;
}

void Cache::drop(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    index_.erase(entry->key);
    entries_.erase(entry);
}

size_t Cache::entries() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

size_t Cache::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

}  // namespace guard_remote
