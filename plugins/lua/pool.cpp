#include "pool.h"

#include <algorithm>

namespace lua_policy {

std::unique_ptr<Sandbox> Pool::take(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    const auto at = found->second.back();
    found->second.pop_back();
    if (found->second.empty()) by_key_.erase(found);
    auto state = std::move(at->state);
    list_.erase(at);
    return state;
}

void Pool::give(std::string key, std::unique_ptr<Sandbox> state) {
    std::unique_ptr<Sandbox> dies;  // after the lock
    const std::lock_guard lock(mutex_);
    list_.push_front({std::move(key), std::move(state)});
    by_key_[list_.front().key].push_back(list_.begin());
    if (list_.size() <= max_) return;
    const auto last = std::prev(list_.end());
    auto& same = by_key_[last->key];
    same.erase(std::find(same.begin(), same.end(), last));
    if (same.empty()) by_key_.erase(last->key);
    dies = std::move(last->state);
    list_.erase(last);
}

size_t Pool::idle() const {
    const std::lock_guard lock(mutex_);
    return list_.size();
}

}  // namespace lua_policy
