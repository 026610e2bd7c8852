// One configuration brought to life: plugins loaded, instances made, chains compiled, deployments opened.
// Immutable; requests hold on to the generation they began with.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "config/settings.h"
#include "gateway/plan.h"
#include "plugin_host/chain.h"
#include "plugin_host/instance.h"
#include "route/model_table.h"
#include "upstream/endpoint.h"

namespace sluice::gateway {

struct DeploymentRuntime {
    const config::Deployment* config = nullptr;
    host::Instance* provider = nullptr;
    sluice_deployment* handle = nullptr;
    upstream::Endpoint endpoint;  // not used if the provider serves by itself
    bool serves = false;
    std::string api_base;  // for headers and records
    std::string params;    // JSON, secrets as handles
    mutable std::atomic<uint32_t> in_flight{0};
};

/// What outlives generations.
struct Shared {
    host::Metrics& metrics;
    base::Offload& offload;
    host::IntervalTimers& timers;
    host::HttpCaller& http;
};

class Generation {
public:
    /// Faults name the plugin and the place in the configuration. Null if there are errors. [control]
    static std::shared_ptr<Generation> build(config::Settings settings, const host::Catalog& catalog,
                                             const config::Environment& environment, const Shared& shared,
                                             config::Faults& faults);
    ~Generation();
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    const config::Settings& settings() const { return settings_; }
    const base::Limits& limits() const { return settings_.listen.limits; }
    const host::Chains& chains() const { return *chains_; }
    const route::ModelTable& models() const { return *models_; }
    const DeploymentRuntime& deployment(uint32_t index) const { return *deployments_[index]; }
    host::Instance* router() const { return router_; }
    const std::vector<std::unique_ptr<host::Instance>>& instances() const { return instances_; }
    bool authenticated() const { return authenticated_; }  // does anybody check keys?

private:
    Generation(config::Settings settings, const Shared& shared);
    void loadInstances(const Plan& plan, const host::Catalog& catalog, config::Faults& faults);
    void openDeployments(const Plan& plan, config::Faults& faults);
    void open(DeploymentRuntime& runtime, config::Faults& faults);

    config::Settings settings_;
    host::Services services_;
    std::vector<config::Deployment> deployment_configs_;
    std::vector<std::unique_ptr<host::Instance>> instances_;
    std::vector<std::unique_ptr<DeploymentRuntime>> deployments_;
    std::unique_ptr<host::Chains> chains_;
    std::unique_ptr<route::ModelTable> models_;
    host::Instance* router_ = nullptr;
    bool authenticated_ = false;
};

}  // namespace sluice::gateway
