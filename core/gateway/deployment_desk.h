// Deployments for plugins that make several gateways route as one.
#pragma once

#include "plugin_host/services.h"
#include "route/health.h"

namespace sluice::gateway {

class DeploymentDesk final : public host::Deployments {
public:
    explicit DeploymentDesk(route::HealthBook& health) : health_(health) {}

    bool state(std::string_view id, sluice_deployment_state& out) const override;
    bool usedElsewhere(std::string_view id, uint64_t minute, uint64_t requests, uint64_t tokens) override;
    bool takeOut(std::string_view id, base::milliseconds time) override;

private:
    route::HealthBook& health_;
};

}  // namespace sluice::gateway
