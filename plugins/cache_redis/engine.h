// The plugin's thread: it holds the connections to all servers and brings each job to the one that has its
// keys, follows redirections, and asks where things are when they have moved.
#pragma once

#include <poll.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "guide.h"
#include "node.h"

namespace cache_redis {

class Engine final : public Node::Owner {
public:
    struct Events {  // all on the engine's thread
        std::function<void(const Node& node, bool up, const std::string& why)> changed;
        std::function<void(const std::string& what)> complaint;
        std::function<void(const char* kind)> redirected;  // moved, ask, again
    };
    Engine(Options options, Events events);
    /// Ends all jobs.
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Each of them ends, at the latest when the engine does. [any]
    void submit(std::vector<JobPtr> jobs);
    /// Nothing can be had at present. [any]
    bool away() const { return away_.load(std::memory_order_relaxed); }
    /// Those that have keys; waits until they are known. Empty if they are not in that time. [offload]
    std::vector<Place> masters(uint32_t wait_ms);
    const Options& options() const { return options_; }

private:
    void jobAnswered(Node& node, JobPtr job) override;
    void jobLost(JobPtr job, End end) override;
    void nodeChanged(Node& node, bool up, const std::string& why) override;

    void run();
    void takeIn(int64_t now_ms);
    void route(JobPtr job, int64_t now_ms);
    void again(JobPtr job, int64_t pause_ms);
    bool redirected(Node& node, JobPtr& job, const redisReply& error);
    void end(JobPtr job, End how);
    void guide(int64_t now_ms);
    void tick(int64_t now_ms);
    void prune(int64_t now_ms);
    void publish();
    int pollMs() const;
    void wait();
    void wake() const;
    Node& nodeAt(const Place& place, bool sentinel);
    bool hasKeys(const Node& node) const { return !node.sentinel() && map_.has(node.place()); }

    const Options options_;
    const Events events_;
    std::unique_ptr<TlsContext> tls_;
    int bell_;  // an eventfd
    std::atomic<bool> away_{false};

    // The thread's.
    SlotMap map_;
    std::unique_ptr<Guide> guide_;
    std::map<std::string, std::unique_ptr<Node>> nodes_;
    std::vector<JobPtr> homeless_;  // nobody has their slot; in order, and before all that comes later
    std::vector<JobPtr> later_;
    std::vector<pollfd> polled_;
    std::vector<Wire*> wires_;  // of polled_[1…]
    bool ended_ = false;
    int64_t ticked_ms_ = 0;

    std::mutex mutex_;
    std::condition_variable known_;
    std::vector<JobPtr> inbox_;   // guarded by mutex_
    std::vector<Place> masters_;  // guarded by mutex_
    bool ending_ = false;         // guarded by mutex_

    std::unique_ptr<Resolver> resolver_;
    std::thread thread_;  // last
};

}  // namespace cache_redis
