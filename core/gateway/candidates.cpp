#include "gateway/candidates.h"

#include <algorithm>

namespace sluice::gateway {

using base::Code;

Candidates::Candidates(const Generation& generation, const std::vector<uint32_t>& deployments)
    : table_{{sizeof(sluice_candidates), static_cast<uint32_t>(deployments.size()), at, drop, pin,
              isAvailable},
             this},
      available_(deployments.size(), 1) {
    for (const uint32_t index : deployments) {
        const DeploymentRuntime& runtime = generation.deployment(index);
        const config::Deployment& c = *runtime.config;
        deployments_.push_back(&runtime);
        items_.push_back({sizeof(sluice_candidate), runtime.in_flight.load(std::memory_order_relaxed),
                          host::str(c.id), host::str(c.model), host::str(c.provider), c.weight, c.rpm, c.tpm,
                          c.order, host::str(runtime.params)});
    }
}

Candidates& Candidates::owner(const sluice_candidates* self) {
    return *reinterpret_cast<const Table*>(self)->owner;
}

const sluice_candidate* Candidates::at(const sluice_candidates* self, uint32_t i) {
    auto& c = owner(self);
    return i < c.items_.size() ? &c.items_[i] : nullptr;
}

sluice_status Candidates::drop(const sluice_candidates* self, uint32_t i, sluice_str reason) {
    auto& c = owner(self);
    if (i >= c.items_.size()) return SLUICE_E_INVALID;
    c.available_[i] = 0;
    c.last_drop_ = host::view(reason);
    return SLUICE_OK;
}

sluice_status Candidates::pin(const sluice_candidates* self, uint32_t i) {
    auto& c = owner(self);
    if (i >= c.items_.size()) return SLUICE_E_INVALID;
    std::fill(c.available_.begin(), c.available_.end(), 0);
    c.available_[i] = 1;
    return SLUICE_OK;
}

int32_t Candidates::isAvailable(const sluice_candidates* self, uint32_t i) {
    auto& c = owner(self);
    return i < c.available_.size() && c.available_[i] ? 1 : 0;
}

size_t Candidates::available() const {
    return static_cast<size_t>(std::count(available_.begin(), available_.end(), 1));
}

void Candidates::exclude(const DeploymentRuntime& deployment) {
    const auto found = std::find(deployments_.begin(), deployments_.end(), &deployment);
    if (found != deployments_.end()) available_[static_cast<size_t>(found - deployments_.begin())] = 0;
}

base::Result<const DeploymentRuntime*> Candidates::pick(const Generation& generation, host::Runner& runner) {
    const size_t left = available();
    const auto first =
        static_cast<size_t>(std::find(available_.begin(), available_.end(), 1) - available_.begin());
    if (left == 0) {
        return base::gatewayError(Code::ResourceExhausted, "No deployments available for selected model" +
                                                               (last_drop_.empty() ? "" : ": " + last_drop_));
    }
    host::Instance* router = generation.router();
    if (left == 1 || !router) return deployments_[first];
    auto& ctx = runner.context(*router, host::Phase::Route);
    const int32_t choice = router->pick(ctx, table_.api);
    if (choice >= 0 && isAvailable(&table_.api, static_cast<uint32_t>(choice)))
        return deployments_[static_cast<size_t>(choice)];
    ++router->failures;  // an impossible choice must not cost the request: routing fails open
    return deployments_[first];
}

}  // namespace sluice::gateway
