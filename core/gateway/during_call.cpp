#include "gateway/during_call.h"

#include "base/loop.h"

namespace sluice::gateway {

using base::Fiber;

DuringCall::DuringCall(host::Runner& runner, Fiber& owner) : runner_(runner), owner_(owner) {
    const auto& hooks = runner.chain().during_call;
    running_.resize(hooks.size());
    for (const auto& slot : hooks) left(slot) += runner.runs(host::Phase::DuringCall, slot) ? 1 : 0;
    for (size_t i = 0; i < hooks.size(); ++i) {
        if (!runner.runs(host::Phase::DuringCall, hooks[i])) continue;
        running_[i] = &owner.loop().spawn([this, i, &slot = hooks[i]] {
            const bool block = runner_.duringCall(slot) == host::Outcome::Block;
            running_[i] = nullptr;
            --left(slot);
            if (block && !blocked_) {
                blocked_ = true;
                owner_.interrupt();
            }
            owner_.wake();
        });
    }
}

size_t& DuringCall::left(const host::HookSlot& slot) {
    return left_[static_cast<size_t>(slot.instance->settings().gate)];
}

DuringCall::~DuringCall() { finish(true); }

void DuringCall::finish(bool cut) {
    for (auto* fiber : running_) {
        if (fiber && cut) fiber->interrupt();
    }
    while (left_[0] + left_[1] + left_[2] > 0) (void)Fiber::park(base::kNever, false);
}

bool DuringCall::wait(config::Gate point) {
    const auto open = [&] { return left_[0] == 0 && (point == config::Gate::FirstByte || left_[1] == 0); };
    while (!open() && !blocked_) {
        if (Fiber::park(base::kNever) == base::Wake::Interrupted) return false;
    }
    return !blocked_;
}

}  // namespace sluice::gateway
