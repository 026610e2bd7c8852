// Where requests wait until a deployment of their model group, or the gateway, has room for them: bounded, in
// the order of their priority, and never beyond their deadline.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/fiber.h"
#include "base/loop.h"

namespace sluice::route {

class WaitingRoom {
public:
    enum class Called { Yes, Timeout, Interrupted, NoRoom };

    /// Who waits, and since when: a lower priority goes first, then who came first.
    struct Place {
        const std::string& group;
        int64_t priority;
        base::TimePoint arrived;
    };
    /// Parks the running fiber until it is called. Called::Yes says that it is worth another look, not that
    /// there is room. Room that was made just before is not noticed: look again now and then. [loop]
    Called wait(const Place& place, size_t max, base::TimePoint deadline);

    /// There may be room: calls the first who waits for this group and has not been called yet. [any]
    void call(const std::string& group);

    /// Is nobody ahead, called or not? Who looks again without having been called must not push in. [any]
    bool isFirst(const Place& place) const;

    size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

private:
    struct Waiter {
        base::Fiber* fiber;  // not to be touched from another loop: it may have gone
        base::Loop* loop;
        int64_t priority;
        base::TimePoint arrived;
        bool summoned = false;  // guarded by mutex_: it is being called, and stays in the line until it goes
        bool called = false;    // on its own loop only
        bool gone = false;
    };
    using Line = std::deque<std::shared_ptr<Waiter>>;

    void leave(const std::string& group, const std::shared_ptr<Waiter>& waiter);

    mutable std::mutex mutex_;
    std::map<std::string, Line> lines_;  // guarded by mutex_
    std::atomic<size_t> waiting_{0};
};

}  // namespace sluice::route
