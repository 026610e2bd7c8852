// The during_call guards: all of them at once, each on a fiber of its own, beside the upstream call. The
// answer's first byte waits for them; a block cancels the upstream.
#pragma once

#include "base/fiber.h"
#include "plugin_host/runner.h"

namespace sluice::gateway {

class DuringCall {
public:
    /// Starts every hook. `owner` is interrupted when one of them blocks. All references outlive this object.
    /// [loop]
    DuringCall(host::Runner& runner, base::Fiber& owner);
    ~DuringCall();  // interrupts what still runs and waits for it
    DuringCall(const DuringCall&) = delete;
    DuringCall& operator=(const DuringCall&) = delete;

    bool blocked() const { return blocked_; }
    /// Parks until all have answered; false if one of them blocks, or if the fiber was interrupted.
    bool wait();

private:
    host::Runner& runner_;
    base::Fiber& owner_;
    std::vector<base::Fiber*> running_;  // null once ended
    size_t left_ = 0;
    bool blocked_ = false;
};

}  // namespace sluice::gateway
