#include "pool.h"

#include <algorithm>

namespace lua_policy {

std::unique_ptr<Sandbox> Pool::take(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end() || found->second.idle.empty()) return nullptr;
    const auto at = found->second.idle.back();
    found->second.idle.pop_back();
    spare_.splice(spare_.begin(), list_, at);
    return std::move(at->state);
}

void Pool::give(const std::string& key, std::unique_ptr<Sandbox> state) {
    std::unique_ptr<Sandbox> dies;  // after the lock
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) spare_.emplace_front();
    list_.splice(list_.begin(), spare_, spare_.begin());
    const auto [own, fresh] = by_key_.try_emplace(key);
    list_.front().state = std::move(state);
    list_.front().same = &own->second;
    own->second.idle.push_back(list_.begin());
    if (list_.size() > max_) dies = dropOldest();
    if (fresh && by_key_.size() > 2 * max_)
        std::erase_if(by_key_, [](const auto& one) { return one.second.idle.empty(); });
}

// With the lock.
std::unique_ptr<Sandbox> Pool::dropOldest() {
    const auto last = std::prev(list_.end());
    auto& same = last->same->idle;
    same.erase(std::find(same.begin(), same.end(), last));
    auto state = std::move(last->state);
    spare_.splice(spare_.begin(), list_, last);
    return state;
}

size_t Pool::idle() const {
    const std::lock_guard lock(mutex_);
    return list_.size();
}

}  // namespace lua_policy
