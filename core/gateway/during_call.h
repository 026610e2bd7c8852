// The during_call guards: all of them at once, each on a fiber of its own, beside the upstream call. The
// answer's first byte, or its end, waits for those that gate it; a block cancels the upstream, whenever it
// comes.
#pragma once

#include <array>

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
    /// Parks until all that gate this point have answered; false if one of them blocks, or if the fiber was
    /// interrupted.
    bool wait(config::Gate point);
    /// The answer is out: those that gate nothing may finish. If the request was `cut`, nobody needs them.
    void finish(bool cut);

private:
    size_t& left(const host::HookSlot& slot);

    host::Runner& runner_;
    base::Fiber& owner_;
    std::vector<base::Fiber*> running_;  // null once ended
    std::array<size_t, 3> left_{};       // by gate
    bool blocked_ = false;
};

}  // namespace sluice::gateway
