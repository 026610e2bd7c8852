#include "gateway/during_call.h"

#include "base/loop.h"

namespace sluice::gateway {

using base::Fiber;

DuringCall::DuringCall(host::Runner& runner, Fiber& owner) : runner_(runner), owner_(owner) {
    const auto& hooks = runner.chain().during_call;
    running_.resize(hooks.size());
    left_ = hooks.size();
    for (size_t i = 0; i < hooks.size(); ++i) {
        running_[i] = &owner.loop().spawn([this, i, &slot = hooks[i]] {
            const bool block = runner_.duringCall(slot) == host::Outcome::Block;
            running_[i] = nullptr;
            --left_;
            if (block && !blocked_) {
                blocked_ = true;
                owner_.interrupt();
            }
            owner_.wake();
        });
    }
}

DuringCall::~DuringCall() {
    for (auto* fiber : running_) {
        if (fiber) fiber->interrupt();
    }
    while (left_ > 0) (void)Fiber::park(base::kNever, false);
}

bool DuringCall::wait() {
    while (left_ > 0 && !blocked_) {
        if (Fiber::park(base::kNever) == base::Wake::Interrupted) return false;
    }
    return !blocked_;
}

}  // namespace sluice::gateway
