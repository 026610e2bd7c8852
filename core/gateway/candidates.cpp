#include "gateway/candidates.h"

#include <algorithm>
#include <limits>

#include "base/random.h"

namespace sluice::gateway {

Candidates::Candidates(std::shared_ptr<GroupTable> table, const Generation& generation, base::TimePoint now)
    : table_(std::move(table)),
      generation_(generation),
      now_(now),
      api_{{sizeof(sluice_candidates), static_cast<uint32_t>(table_->size()), at, drop, pin, isAvailable,
            next, prefer, table_->number(), table_->deploymentNumbers(), rows, availableBits, keep},
           this},
      allowed_(table_->size(), true),
      tried_(table_->size(), false),
      available_(table_->size(), true) {
    removeUnhealthy(available_, now);
    if (available_.empty()) available_ = allowed_;  // pick() will say what becomes of that
}

const sluice_candidate* Candidates::at(const sluice_candidates* self, uint32_t i) {
    auto& c = owner(self);
    return i < self->count ? &c.table_->item(i, c.now_) : nullptr;
}

sluice_status Candidates::drop(const sluice_candidates* self, uint32_t i, sluice_str reason) {
    auto& c = owner(self);
    if (c.sealed_) return SLUICE_E_UNSUPPORTED;
    if (i >= self->count) return SLUICE_E_INVALID;
    c.allowed_.remove(i);
    c.available_.remove(i);
    if (c.allowed_.empty()) c.last_drop_ = host::view(reason);
    return SLUICE_OK;
}

sluice_status Candidates::pin(const sluice_candidates* self, uint32_t i) {
    auto& c = owner(self);
    if (c.sealed_) return SLUICE_E_UNSUPPORTED;
    if (i >= c.table_->size()) return SLUICE_E_INVALID;
    for (auto* mask : {&c.allowed_, &c.available_}) {
        mask->fill(false);
        mask->add(i);
    }
    return SLUICE_OK;
}

sluice_status Candidates::prefer(const sluice_candidates* self, uint32_t i) {
    auto& c = owner(self);
    if (c.sealed_) return SLUICE_E_UNSUPPORTED;
    if (i >= c.table_->size()) return SLUICE_E_INVALID;
    c.preferred_ = i;
    return SLUICE_OK;
}

int32_t Candidates::isAvailable(const sluice_candidates* self, uint32_t i) {
    return owner(self).available_.has(i) ? 1 : 0;
}

uint32_t Candidates::next(const sluice_candidates* self, uint32_t from) {
    const auto& available = owner(self).available_;
    return available.has(from) ? from : static_cast<uint32_t>(available.next(from));
}

const sluice_candidate* Candidates::rows(const sluice_candidates* self, uint32_t* stride) {
    auto& c = owner(self);
    *stride = GroupTable::kStride;
    return c.table_->items(c.now_);
}

const uint64_t* Candidates::availableBits(const sluice_candidates* self) {
    return owner(self).available_.data();
}

sluice_status Candidates::keep(const sluice_candidates* self, const uint64_t* bits, sluice_str reason) {
    auto& c = owner(self);
    if (c.sealed_) return SLUICE_E_UNSUPPORTED;
    c.allowed_.keep(bits);
    c.available_.keep(bits);
    if (c.allowed_.empty()) c.last_drop_ = host::view(reason);
    return SLUICE_OK;
}

void Candidates::tried(const DeploymentRuntime& deployment) {
    for (size_t i = 0; i < table_->size(); ++i) {
        if (&table_->deployment(i) == &deployment) tried_.add(i);
    }
}

bool Candidates::others(base::TimePoint now) {
    base::BitMask left = allowed_;
    left.drop(tried_);
    removeUnhealthy(left, now);
    return !left.empty();
}

void Candidates::removeUnhealthy(base::BitMask& mask, base::TimePoint now) const {
    if (!generation_.health().troubled()) return;
    const auto& rules = generation_.settings().routing.cooldown;
    for (size_t i = mask.next(0); i < mask.size(); i = mask.next(i + 1)) {
        const auto chance = static_cast<uint32_t>(base::randomBits());
        if (!table_->deployment(i).health->mayServe(now, chance, rules)) mask.remove(i);
    }
}

// What may be chosen now, in available_: those not tried, or else those in service, or else, as the last
// resort, the one that is back first.
Candidates::Choice Candidates::gather(base::TimePoint now) {
    available_ = allowed_;
    if (available_.empty()) return {nullptr, Miss::Nothing, {}};
    removeUnhealthy(available_, now);
    base::BitMask fresh = available_;
    fresh.drop(tried_);
    if (!fresh.empty()) available_ = fresh;
    if (!available_.empty()) return {};
    size_t first = allowed_.next(0);
    for (size_t i = first; i < allowed_.size(); i = allowed_.next(i + 1)) {
        if (table_->deployment(i).health->backAt() < table_->deployment(first).health->backAt()) first = i;
    }
    if (!generation_.settings().routing.cooldown.last_resort)
        return {nullptr, Miss::Cooling, table_->deployment(first).health->backAt() - now};
    available_.add(first);
    return {};
}

void Candidates::keepLowestOrder() {
    if (!table_->ordered()) return;
    const auto order = [&](size_t i) {
        const double own = table_->deployment(i).config->order;
        return own < 0 ? std::numeric_limits<double>::infinity() : own;  // without one: behind all others
    };
    double lowest = std::numeric_limits<double>::infinity();
    for (size_t i = available_.next(0); i < available_.size(); i = available_.next(i + 1))
        lowest = std::min(lowest, order(i));
    for (size_t i = available_.next(0); i < available_.size(); i = available_.next(i + 1)) {
        if (order(i) > lowest) available_.remove(i);
    }
}

size_t Candidates::choose(host::Instance* router, host::Runner& runner) {
    const size_t first = available_.next(0);
    if (preferred_ < available_.size() && available_.has(preferred_) && !tried_.has(preferred_))
        return preferred_;
    if (!router) return first;
    const int32_t choice = router->pick(runner.context(*router, host::Phase::Route), api_.table);
    if (choice >= 0 && available_.has(static_cast<size_t>(choice))) return static_cast<size_t>(choice);
    if (choice == SLUICE_E_LIMIT)
        return available_.size();  // the strategy says that all are over their limits
    ++router->failures;            // an impossible choice must not cost the request: routing fails open
    return first;
}

// Counted first, so that two requests on two loops cannot both take the last place.
bool Candidates::enter(const DeploymentRuntime& deployment, base::TimePoint now) const {
    auto& in_flight = deployment.health->in_flight;
    const uint32_t before = in_flight.fetch_add(1, std::memory_order_relaxed);
    const bool room = deployment.max_parallel == 0 || before < deployment.max_parallel;
    // Somebody else finds out whether it is back: that is his business unless there is nowhere else to go.
    const bool last = available_.count() == 1;
    if (room && (deployment.health->begin(now) || last)) return true;
    in_flight.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

Candidates::Choice Candidates::pick(host::Instance* router, host::Runner& runner, base::TimePoint now) {
    now_ = now;
    if (auto miss = gather(now); miss.miss != Miss::None) return miss;
    base::BitMask full(table_->size(), false);
    for (;;) {
        available_.drop(full);
        if (available_.empty()) return {nullptr, Miss::Full, {}};
        const base::BitMask before = available_;
        keepLowestOrder();
        const size_t i = choose(router, runner);
        if (i >= table_->size()) return {nullptr, Miss::Cooling, base::milliseconds(60'000)};
        const DeploymentRuntime& deployment = table_->deployment(i);
        if (enter(deployment, now)) return {&deployment, Miss::None, {}};
        full.add(i);
        available_ = before;
    }
}

}  // namespace sluice::gateway
