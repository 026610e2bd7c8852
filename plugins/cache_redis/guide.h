// Finds out which servers there are: from the configuration, a cluster's map, or what sentinels say. It asks
// again from time to time, and soon after something was not where it should be. On the engine's thread.
#pragma once

#include <functional>
#include <optional>

#include "job.h"
#include "options.h"

namespace cache_redis {

class Guide {
public:
    /// `complain` is told what a server that answers has not: a map, a master of that name. Once in a row.
    Guide(const Options& options, std::function<void(const std::string&)> complain);

    /// A question that is due; `up`: the servers of the map that answer, `known`: all of them.
    JobPtr question(int64_t now_ms, const std::vector<Place>& up, const std::vector<Place>& known);
    /// The map is not right any more, or not to be had.
    void soon(int64_t now_ms, int64_t pause_ms);
    /// A new map, once.
    std::optional<SlotMap> found();
    /// Everybody was asked in vain.
    bool lost() const { return lost_; }
    bool asking() const { return asking_; }

private:
    void answered(const Place& asked, End end, const std::vector<Reply>& replies);
    std::optional<SlotMap> read(const Place& asked, const redisReply& reply);

    const Options& options_;
    const std::function<void(const std::string&)> complain_;
    std::optional<SlotMap> found_;
    bool asking_ = false, lost_ = false, complained_ = false, hurry_ = false;
    int64_t next_ms_ = 0, asked_ms_ = 0;
    size_t turn_ = 0, vain_ = 0, candidates_ = 1;
};

}  // namespace cache_redis
