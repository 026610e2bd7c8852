#include "waiting.h"

#include <algorithm>

namespace cache_s3 {

bool Waiting::add(Put put) {
    const auto there = puts_.find(put.key);
    const bool fresh = there == puts_.end();
    const size_t before = fresh ? 0 : there->second.value.size();
    if ((fresh && puts_.size() >= entries_max_) || bytes_ - before + put.value.size() > bytes_max_)
        return false;
    bytes_ += put.value.size() - before;
    if (fresh) order_.push_back(put.key);
    puts_.insert_or_assign(put.key, std::move(put));
    return true;
}

std::optional<Put> Waiting::take() {
    for (auto at = order_.begin(); at != order_.end();) {
        const auto found = puts_.find(*at);
        if (found == puts_.end()) {
            at = order_.erase(at);
            continue;
        }
        if (under_way_.count(*at) > 0) {
            ++at;
            continue;
        }
        Put put = std::move(found->second);
        puts_.erase(found);
        order_.erase(at);
        bytes_ -= put.value.size();
        under_way_.insert(put.key);
        return put;
    }
    return std::nullopt;
}

size_t Waiting::drop(const std::function<bool(std::string_view key)>& match) {
    size_t dropped = 0;
    for (auto at = puts_.begin(); at != puts_.end();) {
        if (!match(at->first)) {
            ++at;
            continue;
        }
        bytes_ -= at->second.value.size();
        at = puts_.erase(at);
        ++dropped;
    }
    order_.erase(std::remove_if(order_.begin(), order_.end(),
                                [&](const std::string& key) { return puts_.count(key) == 0; }),
                 order_.end());
    return dropped;
}

bool Waiting::underWay(const std::function<bool(std::string_view key)>& match) const {
    return std::any_of(under_way_.begin(), under_way_.end(), match);
}

}  // namespace cache_s3
