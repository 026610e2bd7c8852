// A server with its connections and what was asked of it. On the engine's thread.
#pragma once

#include <array>
#include <deque>

#include "job.h"
#include "wire.h"

namespace cache_redis {

class Node final : public Wire::Owner {
public:
    class Owner {
    public:
        /// All replies are there; some may be errors.
        virtual void jobAnswered(Node& node, JobPtr job) = 0;
        virtual void jobLost(JobPtr job, End end) = 0;
        virtual void nodeChanged(Node& node, bool up, const std::string& why) = 0;

    protected:
        ~Owner() = default;
    };

    Node(const Wire::Settings& settings, bool sentinel, Resolver& resolver, Owner& owner);

    void give(JobPtr job, int64_t now_ms);
    /// `writes`: it is one that has keys, so the second connection is held, too.
    void tick(int64_t now_ms, bool writes);
    void excuse(int64_t gap_ms);
    void flush(int64_t now_ms);
    /// Ends all that it was given.
    void abandon(End end);

    const Place& place() const { return place_; }
    bool sentinel() const { return sentinel_; }
    bool up() const { return lanes_[kReads].wire->up(); }
    bool away() const { return lanes_[kReads].wire->away(); }
    bool anyAway() const { return lanes_[kReads].wire->away() || lanes_[kWrites].wire->away(); }
    bool idle() const;
    bool connected() const;
    int64_t usedMs() const { return used_ms_; }
    Wire& wire(size_t lane) { return *lanes_[lane].wire; }

private:
    struct Side {
        std::unique_ptr<Wire> wire;
        std::deque<JobPtr> waiting, sent;
    };
    void wireUp(Wire& wire) override;
    void wireDown(Wire& wire, const std::string& why) override;
    void wireReply(Wire& wire, Reply reply) override;
    Side& sideOf(const Wire& wire) { return lanes_[&wire == lanes_[kReads].wire.get() ? kReads : kWrites]; }
    void transmit(Side& side, JobPtr job, int64_t now_ms);
    void dropOverdue(Side& side, int64_t now_ms);

    const Place place_;
    const bool sentinel_;
    const uint32_t timeout_ms_;
    Owner& owner_;
    enum class Told { Nothing, Up, Away } told_ = Told::Nothing;
    int64_t checked_ms_ = 0, used_ms_ = 0;
    std::array<Side, kLanes> lanes_;
};

}  // namespace cache_redis
