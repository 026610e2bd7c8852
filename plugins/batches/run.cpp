#include "run.h"

#include <algorithm>

namespace batches {
namespace {

int64_t pause(const Patience& patience, uint32_t attempts) {
    const uint32_t doublings = std::min<uint32_t>(attempts > 0 ? attempts - 1 : 0, 20);
    return std::min<int64_t>(static_cast<int64_t>(patience.min_ms) << doublings, patience.max_ms);
}

}  // namespace

Run::Run(Store& store, Batch batch, Index index, Credentials credentials)
    : store_(store),
      batch_(std::move(batch)),
      index_(std::move(index)),
      credentials_(std::move(credentials)),
      input_(openForReading(store.directory().batch(batch_.id, ".input"))),
      journal_(store.directory().batch(batch_.id, ".journal"), index_.places.size()),
      lanes_(index_.models.size()) {
    for (size_t i = 0; i < index_.places.size(); ++i)
        lanes_[index_.places[i].lane].fresh.push_back(static_cast<uint32_t>(i));
}

std::optional<size_t> Run::next(int64_t now_ms) {
    for (size_t tried = 0; tried < lanes_.size(); ++tried) {
        Lane& lane = lanes_[turn_++ % lanes_.size()];
        if (lane.held_until_ms > now_ms) continue;
        std::optional<size_t> found;
        if (!lane.waiting.empty() && lane.waiting.top().first <= now_ms) {
            found = lane.waiting.top().second;
            lane.waiting.pop();
        } else if (!lane.fresh.empty()) {
            found = lane.fresh.front();
            lane.fresh.pop_front();
        }
        if (!found) continue;
        in_flight_.insert(*found);
        return found;
    }
    return std::nullopt;
}

std::optional<int64_t> Run::wakeAt() const {
    std::optional<int64_t> first;
    for (const auto& lane : lanes_) {
        if (lane.fresh.empty() && lane.waiting.empty()) continue;
        const int64_t due = lane.fresh.empty() ? lane.waiting.top().first : 0;
        const int64_t at = std::max(due, lane.held_until_ms);
        if (!first || at < *first) first = at;
    }
    return first;
}

Line Run::line(size_t i) const {
    const Place& place = index_.places[i];
    return readLine(batch_.kind, readAt(input_, place.offset, place.length), i + 1);
}

void Run::putBack(size_t i, int64_t due_ms) {
    in_flight_.erase(i);
    lanes_[index_.places[i].lane].waiting.push({due_ms, static_cast<uint32_t>(i)});
}

bool Run::settle(size_t i, const Answer& answer, const Patience& patience, int64_t now_ms) {
    const Result result = resultOf(batch_.kind, answer, requestId(batch_, i), line(i).custom_id);
    Lane& lane = lanes_[index_.places[i].lane];
    if (result.next == Result::Next::Limited) {
        if (now_ms >= lane.held_until_ms) ++lane.limited;  // those that were on their way say it all together
        const int64_t wait = std::max(answer.retry_after_ms, pause(patience, lane.limited));
        lane.held_until_ms = std::max(lane.held_until_ms, now_ms + wait);
        putBack(i, now_ms + wait);
        return false;
    }
    lane.limited = 0;
    if (result.next == Result::Next::Again && attempts_[i] < patience.retries_max) {
        const int64_t wait = std::max(answer.retry_after_ms, pause(patience, ++attempts_[i]));
        putBack(i, now_ms + wait);
        return false;
    }
    journal_.add(i, result.outcome, result.usage, result.json);
    in_flight_.erase(i);
    attempts_.erase(i);
    return true;
}

}  // namespace batches
