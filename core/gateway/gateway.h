// The gateway: takes requests from the network side and carries them out. One object for all loops.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "account/record_queue.h"
#include "base/byte_budget.h"
#include "gateway/client.h"
#include "gateway/generation.h"
#include "gateway/worker.h"
#include "route/waiting_room.h"

namespace sluice::gateway {

/// Shown in x-litellm-version, user agents and `sluice version`.
inline constexpr std::string_view kVersion = "0.1.0";

class Gateway {
public:
    Gateway(std::shared_ptr<const Generation> generation, account::RecordQueue& records);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// Carries out one request whose head has been read, and answers it. [loop]
    void handle(Worker& worker, Client& client, http::RequestHead& head);
    /// Answers a head that was refused. [loop]
    void refuse(Client& client, const http::HeadFault& fault);
    /// Answers a connection that there is no room for. [loop]
    void refuseForLoad(Client& client, std::string_view why);

    std::shared_ptr<const Generation> generation() const;
    /// From now on requests begin with this one; those that run keep theirs. [control]
    void serve(std::shared_ptr<const Generation> generation);
    account::RecordQueue& records() { return records_; }
    /// Requests that wait for room at a deployment, or, under the empty name, in the gateway.
    route::WaitingRoom& waitingRoom() { return waiting_room_; }
    /// Requests that are on their way to an upstream, for global_max_parallel_requests.
    std::atomic<uint32_t>& forwarded() { return forwarded_; }

    /// New connections and requests are told that we go; running requests are cancelled once abort() was
    /// called. [control]
    void startDrain() { draining_ = true; }
    void abort() { aborting_ = true; }
    bool draining() const { return draining_.load(std::memory_order_relaxed); }
    bool aborting() const { return aborting_.load(std::memory_order_relaxed); }
    /// What the bodies of all requests hold.
    base::ByteBudget& bodies() { return bodies_; }
    /// Copies of requests that are on their way to a mirror.
    std::atomic<uint32_t>& mirrors() { return mirrors_; }

    /// A request that a drain waits for.
    class InFlight {
    public:
        explicit InFlight(Gateway& gateway) : count_(gateway.in_flight_) {
            count_.fetch_add(1, std::memory_order_relaxed);
        }
        ~InFlight() { count_.fetch_sub(1, std::memory_order_relaxed); }
        InFlight(const InFlight&) = delete;
        InFlight& operator=(const InFlight&) = delete;

    private:
        std::atomic<size_t>& count_;
    };
    size_t inFlight() const { return in_flight_.load(std::memory_order_relaxed); }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Generation> generation_;  // guarded by mutex_
    account::RecordQueue& records_;
    route::WaitingRoom waiting_room_;
    std::atomic<uint32_t> forwarded_{0};
    std::atomic<uint32_t> mirrors_{0};
    base::ByteBudget bodies_;
    std::atomic<bool> draining_{false};
    std::atomic<bool> aborting_{false};
    std::atomic<size_t> in_flight_{0};
};

}  // namespace sluice::gateway
