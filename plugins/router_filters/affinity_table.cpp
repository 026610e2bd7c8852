#include "affinity_table.h"

#include <algorithm>

namespace router_filters {

std::optional<Served> AffinityTable::find(uint64_t key, int64_t now_ms) const {
    const size_t index = setOf(key);
    const std::lock_guard<std::mutex> lock(lockOf(index));
    for (const auto& entry : sets_[index]) {
        if (entry.key == key && entry.end_ms > now_ms) return entry.served;
    }
    return std::nullopt;
}

void AffinityTable::put(uint64_t key, const Served& served, int64_t end_ms) {
    const size_t index = setOf(key);
    const std::lock_guard<std::mutex> lock(lockOf(index));
    Set& set = sets_[index];
    auto place =
        std::find_if(set.begin(), set.end(), [key](const Entry& e) { return e.end_ms > 0 && e.key == key; });
    if (place == set.end()) {
        place = std::min_element(set.begin(), set.end(),
                                 [](const Entry& a, const Entry& b) { return a.end_ms < b.end_ms; });
    }
    *place = {key, served, end_ms};
}

void AffinityTable::forget(uint64_t key, const Served& served) {
    const size_t index = setOf(key);
    const std::lock_guard<std::mutex> lock(lockOf(index));
    for (auto& entry : sets_[index]) {
        if (entry.key == key && entry.served == served) entry = {};
    }
}

}  // namespace router_filters
