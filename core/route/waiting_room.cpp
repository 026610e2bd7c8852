#include "route/waiting_room.h"

#include <algorithm>

namespace sluice::route {

using base::Fiber;
using base::Wake;

WaitingRoom::Called WaitingRoom::wait(const Place& place, size_t max, base::TimePoint deadline) {
    Fiber& fiber = *Fiber::current();
    const auto waiter =
        std::make_shared<Waiter>(Waiter{&fiber, &fiber.loop(), place.priority, place.arrived});
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.load(std::memory_order_relaxed) >= max) return Called::NoRoom;
        Line& line = lines_[place.group];
        const auto behind = std::find_if(line.begin(), line.end(), [&](const auto& other) {
            return std::pair(other->priority, other->arrived) > std::pair(place.priority, place.arrived);
        });
        line.insert(behind, waiter);
        waiting_.fetch_add(1, std::memory_order_relaxed);
    }
    Wake wake = Wake::Ready;
    while (!waiter->called && wake == Wake::Ready) wake = Fiber::park(deadline);
    waiter->gone = true;
    const bool called = waiter->called;
    leave(place.group, waiter);
    if (called) return Called::Yes;
    // It may have been called while it was on its way out: then the call is the next one's.
    return wake == Wake::Timeout ? Called::Timeout : Called::Interrupted;
}

void WaitingRoom::leave(const std::string& group, const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    const auto line = lines_.find(group);
    if (line == lines_.end()) return;
    const auto mine = std::find(line->second.begin(), line->second.end(), waiter);
    if (mine == line->second.end()) return;
    line->second.erase(mine);
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    if (line->second.empty()) lines_.erase(line);
}

bool WaitingRoom::isFirst(const Place& place) const {
    const std::lock_guard lock(mutex_);
    const auto line = lines_.find(place.group);
    if (line == lines_.end()) return true;
    const auto& first = *line->second.front();
    return std::pair(place.priority, place.arrived) <= std::pair(first.priority, first.arrived);
}

void WaitingRoom::call(const std::string& group) {
    if (waiting_.load(std::memory_order_relaxed) == 0) return;
    std::shared_ptr<Waiter> first;
    {
        const std::lock_guard lock(mutex_);
        const auto line = lines_.find(group);
        if (line == lines_.end()) return;
        const auto next = std::find_if(line->second.begin(), line->second.end(),
                                       [](const auto& waiter) { return !waiter->summoned; });
        if (next == line->second.end()) return;
        first = *next;
        first->summoned = true;
    }
    first->loop->post([this, group, first] {
        if (first->gone) return call(group);  // too late for this one
        first->called = true;
        first->fiber->wake();
    });
}

}  // namespace sluice::route
