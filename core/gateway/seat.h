// Places that a request holds while it is forwarded: one in the gateway, one at the deployment of its
// attempt. They are given back before the last byte of the answer goes out, so that a client that asks again
// at once finds them free.
#pragma once

#include "gateway/gateway.h"

namespace sluice::gateway {

/// A deployment counts a request for as long as this lives; then the next one may come. [loop]
class Seat {
public:
    /// `deployment` counts the request already.
    Seat(Gateway& gateway, const DeploymentRuntime& deployment)
        : gateway_(gateway), deployment_(deployment) {}
    ~Seat() {
        deployment_.health->in_flight.fetch_sub(1, std::memory_order_relaxed);
        if (deployment_.max_parallel > 0) gateway_.waitingRoom().call(deployment_.config->model_name);
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

private:
    Gateway& gateway_;
    const DeploymentRuntime& deployment_;
};

/// One of the requests that the gateway forwards at the same time (max_parallel). [loop]
class Admission {
public:
    /// `gateway` counts the request already.
    explicit Admission(Gateway& gateway) : gateway_(gateway) {}
    ~Admission() {
        gateway_.forwarded().fetch_sub(1, std::memory_order_relaxed);
        gateway_.waitingRoom().call("");
    }
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

private:
    Gateway& gateway_;
};

}  // namespace sluice::gateway
