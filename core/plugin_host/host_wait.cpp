// sluice.host.wait/1: fibers that wait for a thread of a plugin's.
#include <deque>
#include <mutex>

#include "base/fiber.h"
#include "base/loop.h"
#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

// Who waits, by ticket: the number of a slot, and how often it had been used. A wake that comes late finds
// another number there. Fibers leave only after they have spent their ticket, so whoever holds the lock and
// finds the number may use fiber and loop.
class Tickets {
public:
    uint64_t open(base::Fiber& fiber) {
        const std::lock_guard lock(mutex_);
        uint32_t index = static_cast<uint32_t>(slots_.size());
        if (free_.empty()) {
            slots_.emplace_back();
        } else {
            index = free_.back();
            free_.pop_back();
        }
        Slot& slot = slots_[index];
        slot.fiber = &fiber;
        slot.parked = slot.woken = false;
        return uint64_t{++slot.uses} << 32 | (index + 1);
    }

    void spend(uint64_t ticket) {
        const std::lock_guard lock(mutex_);
        Slot* slot = find(ticket);
        if (!slot) return;
        slot->fiber = nullptr;
        ++slot->uses;
        free_.push_back(static_cast<uint32_t>(ticket) - 1);
    }

    /// True if it has been woken; else its fiber parks now, or has ended its wait.
    bool woken(uint64_t ticket, bool parks) {
        const std::lock_guard lock(mutex_);
        Slot* slot = find(ticket);
        if (!slot) return false;
        slot->parked = parks;
        return slot->woken;
    }

    void wake(uint64_t ticket) {
        const std::lock_guard lock(mutex_);
        Slot* slot = find(ticket);
        if (!slot || slot->woken) return;
        slot->woken = true;
        slot->fiber->loop().post([this, ticket] { resume(ticket); });
    }

private:
    struct Slot {
        uint32_t uses = 0;
        bool parked = false, woken = false;
        base::Fiber* fiber = nullptr;
    };

    Slot* find(uint64_t ticket) {
        const size_t index = static_cast<uint32_t>(ticket) - 1;
        const bool known = index < slots_.size() && slots_[index].uses == ticket >> 32;
        return known ? &slots_[index] : nullptr;
    }

    // On the fiber's loop, where it cannot end meanwhile.
    void resume(uint64_t ticket) {
        base::Fiber* fiber = nullptr;
        {
            const std::lock_guard lock(mutex_);
            if (const Slot* slot = find(ticket); slot && slot->parked) fiber = slot->fiber;
        }
        if (fiber) fiber->wake();
    }

    std::mutex mutex_;
    std::deque<Slot> slots_;      // guarded by mutex_
    std::vector<uint32_t> free_;  // guarded by mutex_
};

Tickets& tickets() {
    static Tickets all;
    return all;
}

uint64_t openTicket(sluice_ctx* ctx) {
    base::Fiber* fiber = base::Fiber::current();
    if (ctx->ticket) tickets().spend(std::exchange(ctx->ticket, 0));
    if (!fiber) return 0;
    return ctx->ticket = tickets().open(*fiber);
}

sluice_status waitFor(sluice_ctx* ctx, uint64_t ticket, uint32_t ms) {
    if (ticket == 0 || ticket != ctx->ticket || !base::Fiber::current()) return SLUICE_E_INVALID;
    const auto until = std::min(base::Clock::now() + base::milliseconds(ms), ctx->hook_deadline);
    const WaitMark mark(ctx);
    auto wake = base::Wake::Ready;
    while (wake == base::Wake::Ready && !tickets().woken(ticket, true)) wake = base::Fiber::park(until);
    if (tickets().woken(ticket, false)) {
        tickets().spend(std::exchange(ctx->ticket, 0));
        return SLUICE_OK;
    }
    return wake == base::Wake::Timeout ? SLUICE_E_DEADLINE : SLUICE_E_CANCELLED;
}

void wakeTicket(const sluice_host*, uint64_t ticket) { tickets().wake(ticket); }

}  // namespace

void spendTicket(uint64_t ticket) { tickets().spend(ticket); }

const sluice_host_wait kHostWait{sizeof(sluice_host_wait), 0, checked<openTicket>, checked<waitFor>,
                                 wakeTicket};

}  // namespace sluice::host
