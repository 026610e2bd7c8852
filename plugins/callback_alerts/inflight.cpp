#include "inflight.h"

#include <algorithm>
#include <map>

#include "text.h"

namespace alerts {

void Inflight::enter(Entry& entry, int64_t now_ms, std::string_view model, std::string_view call_id,
                     std::string_view who) {
    if (entry.list_) return;
    entry.since_ms_ = now_ms;
    entry.model_ = model.substr(0, 200);
    entry.call_id_ = call_id.substr(0, 200);
    entry.who_ = who.substr(0, 200);
    entry.shard_ = (reinterpret_cast<uintptr_t>(&entry) >> 6) % kShards;
    Shard& shard = shards_[entry.shard_];
    const std::lock_guard lock(shard.mutex);
    entry.list_ = this;
    entry.before_ = nullptr;
    entry.after_ = shard.first;
    if (shard.first) shard.first->before_ = &entry;
    shard.first = &entry;
}

void Inflight::Entry::leave() {
    if (!list_) return;
    Shard& shard = list_->shards_[shard_];
    const std::lock_guard lock(shard.mutex);
    (before_ ? before_->after_ : shard.first) = after_;
    if (after_) after_->before_ = before_;
    list_ = nullptr;
}

void Inflight::check(int64_t now_ms, int64_t threshold_ms, int64_t repeat_ms, const Raise& raise) {
    struct Hanging {
        uint64_t count = 0;
        int64_t oldest_ms = INT64_MAX;
        std::string call_id, who;
    };
    std::map<std::string, Hanging> hanging;
    for (auto& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        for (Entry* entry = shard.first; entry; entry = entry->after_) {
            if (entry->told_ || now_ms - entry->since_ms_ < threshold_ms) continue;
            entry->told_ = true;
            Hanging& one = hanging[entry->model_];
            ++one.count;
            if (entry->since_ms_ >= one.oldest_ms) continue;
            one.oldest_ms = entry->since_ms_;
            one.call_id = entry->call_id_;
            one.who = entry->who_;
        }
    }
    for (const auto& [model, one] : hanging) {
        Alert alert;
        alert.type = "llm_requests_hanging";
        alert.level = Level::Error;
        alert.title = "Requests hang";
        alert.who = model;
        alert.facts = {{"Requests", number(static_cast<int64_t>(one.count))},
                       {"Oldest", duration(now_ms - one.oldest_ms)},
                       {"Call", one.call_id},
                       {"Key", one.who}};
        alert.advice =
            "They have no answer yet. Timeouts of the model (timeout, stream_timeout) would end them.";
        alert.subject = model;
        alert.window_ms = repeat_ms;
        alert.times = one.count;
        raise(std::move(alert));
    }
}

}  // namespace alerts
