#include "gateway/deployment_desk.h"

namespace sluice::gateway {

bool DeploymentDesk::state(std::string_view id, sluice_deployment_state& out) const {
    const auto health = health_.find(id);
    if (!health) return false;
    const auto own = health->ownMinute();
    const auto left = std::chrono::duration_cast<base::milliseconds>(health->foundOut(base::Clock::now()));
    out.in_flight = health->in_flight.load(std::memory_order_relaxed);
    out.minute = own.number;
    out.requests = own.requests;
    out.tokens = own.tokens;
    out.out_ms = left.count();
    return true;
}

bool DeploymentDesk::usedElsewhere(std::string_view id, uint64_t minute, uint64_t requests, uint64_t tokens) {
    const auto health = health_.find(id);
    if (health) health->noteElsewhere(minute, requests, tokens);
    return health != nullptr;
}

bool DeploymentDesk::takeOut(std::string_view id, base::milliseconds time) {
    const auto health = health_.find(id);
    if (health) health->takeOutElsewhere(base::Clock::now() + time);
    return health != nullptr;
}

}  // namespace sluice::gateway
