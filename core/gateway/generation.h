// One configuration brought to life: plugins loaded, instances made, chains compiled, deployments opened.
// Immutable; requests hold on to the generation they began with.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/settings.h"
#include "gateway/deployment_desk.h"
#include "gateway/endpoints.h"
#include "gateway/plan.h"
#include "plugin_host/chain.h"
#include "plugin_host/instance.h"
#include "route/health.h"
#include "route/model_table.h"
#include "upstream/endpoint.h"

namespace sluice::gateway {

struct DeploymentRuntime {
    const config::Deployment* config = nullptr;
    host::Instance* provider = nullptr;
    sluice_deployment* handle = nullptr;
    upstream::Endpoint endpoint;  // not used if the provider serves by itself
    bool serves = false;
    std::string api_base;                   // for headers and records
    std::string params;                     // JSON, secrets as handles
    std::string info;                       // model_info as JSON
    std::shared_ptr<route::Health> health;  // outlives generations
    uint32_t number = 0;                    // among all deployments
    uint32_t max_parallel = 0;              // requests at the same time; 0 = no limit
};

/// How many generations there are: the one that serves, and old ones that requests still hold.
class GenerationCount {
public:
    void enter() {
        const std::lock_guard lock(mutex_);
        ++count_;
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        --count_;
        changed_.notify_all();
    }
    size_t count() const {
        const std::lock_guard lock(mutex_);
        return count_;
    }
    /// They end on the offload pool, and need everything that is shared until then. [control]
    void waitForNone() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return count_ == 0; });
    }
    /// False: there are still more at the deadline. [control]
    bool waitForFew(size_t most, base::TimePoint deadline) {
        std::unique_lock lock(mutex_);
        return changed_.wait_until(lock, deadline, [&] { return count_ <= most; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    size_t count_ = 0;  // guarded by mutex_
};

/// What outlives generations.
struct Shared {
    host::Libraries& libraries;
    host::Admin* admin;
    GenerationCount& alive;
    host::Metrics& metrics;
    base::Offload& offload;
    host::IntervalTimers& timers;
    host::HttpCaller& http;
    route::HealthBook& health;
};

class Generation : private host::Peers {
public:
    /// Faults name the plugin and the place in the configuration. Null if there are errors. Its last holder
    /// may be a loop: plugins are ended on the offload pool. `number` counts the generations of the process.
    /// [control]
    static std::shared_ptr<Generation> build(uint64_t number, config::Settings settings,
                                             const host::Catalog& catalog,
                                             const config::Environment& environment, const Shared& shared,
                                             config::Faults& faults);
    ~Generation() override;
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    uint64_t number() const { return number_; }
    const config::Settings& settings() const { return settings_; }
    const base::Limits& limits() const { return settings_.listen.limits; }
    const host::Chains& chains() const { return *chains_; }
    const route::ModelTable& models() const { return *models_; }
    const DeploymentRuntime& deployment(uint32_t index) const { return *deployments_[index]; }
    const std::vector<std::unique_ptr<DeploymentRuntime>>& deployments() const { return deployments_; }
    /// The strategy for this caller, or else of this model group.
    host::Instance* router(const std::string& group, const host::Identity& caller) const;
    const route::HealthBook& health() const { return health_; }
    const Endpoints& endpoints() const { return endpoints_; }
    const std::vector<std::unique_ptr<host::Instance>>& instances() const { return instances_; }
    bool authenticated() const { return authenticated_; }  // does anybody check keys?

private:
    Generation(uint64_t number, config::Settings settings, const Shared& shared);
    /// Instances of the plan from the first on that is not there yet. [control]
    void loadInstances(const Plan& plan, const host::Catalog& catalog, host::Libraries& libraries,
                       config::Faults& faults);
    void compileChains(const Plan& plan, config::Faults& faults);
    /// What config sources bring (generation_extras.cpp). What is wrong with an entry is a warning.
    void extend(Plan& plan, const host::Catalog& catalog, const config::Environment& environment,
                host::Libraries& libraries, config::Faults& faults);
    std::vector<host::Instance*> having(std::string_view interface_id,
                                        std::string_view instance) const override;
    size_t count() const override { return instances_.size(); }
    const host::GuardRules* guards() const override { return chains_ ? &chains_->guards() : nullptr; }
    void addGuardsOfModels();
    /// `label`: model_info.id, or guardrail_name.
    static void leaveOut(const std::string& label, const config::Faults& why, config::Faults& faults);
    void startInstances(const Plan& plan, size_t first, config::Faults& faults);
    void endInstances();
    bool openDeployment(const Plan& plan, const config::Deployment& config, config::Faults& faults);
    void openDeployments(const Plan& plan, config::Faults& faults);
    void open(DeploymentRuntime& runtime, config::Faults& faults);
    void tellModels() const;

    const uint64_t number_;
    GenerationCount& alive_;
    config::Settings settings_;
    DeploymentDesk desk_;
    host::Services services_;
    std::vector<config::Deployment> deployment_configs_;
    size_t own_deployments_ = 0;  // of the configuration itself; those behind are from config sources
    std::vector<std::unique_ptr<host::Instance>> instances_;
    std::vector<std::unique_ptr<DeploymentRuntime>> deployments_;
    std::unique_ptr<host::Chains> chains_;
    Endpoints endpoints_;
    std::unique_ptr<route::ModelTable> models_;
    host::Instance* router_ = nullptr;
    std::map<std::string, host::Instance*> group_routers_, caller_routers_;
    route::HealthBook& health_;
    bool authenticated_ = false;
};

}  // namespace sluice::gateway
