#include "gateway/generation.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/memory.h"
#include "gateway/group_table.h"
#include "gateway/log_scrubber.h"
#include "plugin_host/library.h"

namespace sluice::gateway {

using config::Faults;

Generation::Generation(uint64_t number, config::Settings settings, const Shared& shared)
    : number_(number),
      alive_(shared.alive),
      settings_(std::move(settings)),
      desk_(shared.health),
      services_{shared.metrics,         shared.offload, shared.timers, shared.http,
                settings_.tree.secrets, shared.admin,   this,          &desk_},
      health_(shared.health) {
    alive_.enter();
}

std::shared_ptr<Generation> Generation::build(uint64_t number, config::Settings settings,
                                              const host::Catalog& catalog,
                                              const config::Environment& environment, const Shared& shared,
                                              Faults& faults) {
    Plan plan = makePlan(settings, catalog, environment, faults);
    if (faults.hasErrors()) return nullptr;
    std::unique_ptr<Generation> generation(new Generation(number, std::move(settings), shared));
    generation->loadInstances(plan, catalog, shared.libraries, faults);
    if (!faults.hasErrors()) generation->startInstances(plan, 0, faults);
    if (faults.hasErrors()) return nullptr;
    generation->extend(plan, catalog, environment, shared.libraries, faults);
    generation->compileChains(plan, faults);
    if (faults.hasErrors()) return nullptr;
    checkLogScrubber(*generation, faults);
    generation->openDeployments(plan, faults);
    if (faults.hasErrors()) return nullptr;
    generation->tellModels();
    return {
        generation.release(), [&offload = shared.offload](Generation* over) {
            const auto end = [over] {
                delete over;
                base::giveMemoryBack();  // or each reload would leave the room that it took to the process
            };
            if (!offload.submit(end)) end();
        }};
}

void Generation::loadInstances(const Plan& plan, const host::Catalog& catalog, host::Libraries& libraries,
                               Faults& faults) {
    std::map<std::string, host::Library> loaded;
    for (size_t i = instances_.size(); i < plan.instances.size(); ++i) {
        const auto& wanted = plan.instances[i];
        const auto fault = [&](const std::string& text) {
            faults.error(settings_.tree.place(wanted.path), wanted.path, text);
        };
        auto library = loaded.find(wanted.plugin);
        if (library == loaded.end()) {
            auto fresh =
                libraries.load(wanted.plugin, catalog.find(wanted.plugin)->path, settings_.trust, number_);
            if (!fresh) {
                fault(fresh.error().message);
                continue;
            }
            library = loaded.emplace(wanted.plugin, std::move(*fresh)).first;
        }
        auto instance = host::Instance::create(library->second, wanted, services_, instances_.size());
        if (!instance) {
            fault(instance.error().message);
            continue;
        }
        endpoints_.add(**instance, settings_.tree.place(wanted.path), faults);
        instances_.push_back(std::move(*instance));
    }
}

void Generation::compileChains(const Plan& plan, Faults& faults) {
    std::vector<host::Instance*> all;
    for (const auto& instance : instances_) {
        all.push_back(instance.get());
        if (instance->hooks() && SLUICE_HAS(instance->hooks(), authenticate)) authenticated_ = true;
    }
    chains_ = std::make_unique<host::Chains>(all);
    chains_->guards().setPolicies(settings_.policies);
    const auto router = [&](size_t index) {
        host::Instance* instance = instances_[index].get();
        if (!instance->router()) {
            faults.error(settings_.tree.place("router_settings"), "router_settings.routing_strategy",
                         "the plugin " + instance->id() + " has no router interface");
        }
        return instance;
    };
    if (plan.router < instances_.size()) router_ = router(plan.router);
    for (const auto& [group, index] : plan.group_routers) group_routers_[group] = router(index);
    for (const auto& [caller, index] : plan.caller_routers) caller_routers_[caller] = router(index);
}

host::Instance* Generation::router(const std::string& group, const host::Identity& caller) const {
    if (!caller_routers_.empty()) {
        for (const auto* who : {&caller.key_alias, &caller.key_id, &caller.team}) {
            const auto own = who->empty() ? caller_routers_.end() : caller_routers_.find(*who);
            if (own != caller_routers_.end()) return own->second;
        }
    }
    if (group_routers_.empty()) return router_;
    const auto own = group_routers_.find(group);
    return own == group_routers_.end() ? router_ : own->second;
}

std::vector<host::Instance*> Generation::having(std::string_view interface_id,
                                                std::string_view instance) const {
    std::vector<host::Instance*> found;
    for (const auto& one : instances_) {
        if (one && (instance.empty() || one->id() == instance) && one->table(interface_id))
            found.push_back(one.get());
    }
    return found;
}

void Generation::startInstances(const Plan& plan, size_t first, Faults& faults) {
    for (size_t i = first; i < instances_.size(); ++i) {
        const std::string words = instances_[i]->start();
        if (words.empty()) continue;
        const auto& path = plan.instances[i].path;
        faults.error(settings_.tree.place(path), path,
                     "plugin " + instances_[i]->id() + " cannot start: " + words);
    }
}

// Those that have found others go before them; in a circle, whoever comes last in the configuration.
void Generation::endInstances() {
    const auto needed = [this](const host::Instance* one) {
        return std::any_of(instances_.begin(), instances_.end(), [&](const auto& other) {
            return other && std::count(other->needed().begin(), other->needed().end(), one) > 0;
        });
    };
    for (size_t left = instances_.size(); left > 0; --left) {
        auto next = std::find_if(instances_.rbegin(), instances_.rend(),
                                 [&](const auto& one) { return one && !needed(one.get()); });
        if (next == instances_.rend())
            next =
                std::find_if(instances_.rbegin(), instances_.rend(), [](const auto& one) { return !!one; });
        next->reset();
    }
}

bool Generation::openDeployment(const Plan& plan, const config::Deployment& config, Faults& faults) {
    auto runtime = std::make_unique<DeploymentRuntime>();
    runtime->config = &config;
    runtime->provider = instances_[plan.provider_instances.at(config.provider)].get();
    runtime->params = config.params.dump(-1, ' ', false, config::Json::error_handler_t::replace);
    runtime->info = config.info.dump(-1, ' ', false, config::Json::error_handler_t::replace);
    runtime->number = static_cast<uint32_t>(deployments_.size());
    runtime->health = health_.of(config.id);
    runtime->max_parallel = config.max_parallel.value_or(settings_.routing.default_max_parallel);
    runtime->provider->grantSecrets(config.params);
    open(*runtime, faults);
    if (faults.hasErrors() && runtime->handle) {
        runtime->provider->provider()->close(runtime->provider->self(), runtime->handle);
        runtime->handle = nullptr;
    }
    if (faults.hasErrors()) return false;
    deployments_.push_back(std::move(runtime));
    return true;
}

void Generation::openDeployments(const Plan& plan, Faults& faults) {
    deployment_configs_.reserve(plan.deployments.size());  // they are pointed to
    for (size_t i = 0; i < plan.deployments.size(); ++i) {
        const bool own = i < own_deployments_;
        Faults of_store;
        deployment_configs_.push_back(plan.deployments[i]);
        if (openDeployment(plan, deployment_configs_.back(), own ? faults : of_store)) continue;
        deployment_configs_.pop_back();
        if (!own) leaveOut(plan.deployments[i].id, of_store, faults);
    }
    models_ = std::make_unique<route::ModelTable>(deployment_configs_, settings_.aliases);
    addGuardsOfModels();
    config::checkFallbacks(
        settings_.tree, settings_.routing,
        [this](const std::string& model) { return models_->resolve(model).deployments != nullptr; }, faults);
}

// litellm_params.guardrails of model_list: a model group wants what any of its deployments wants.
void Generation::addGuardsOfModels() {
    const bool any = std::any_of(deployment_configs_.begin(), deployment_configs_.end(),
                                 [](const auto& d) { return d.params.contains("guardrails"); });
    if (!any && settings_.policies.by_name.empty()) return;
    chains_->guards().setOfModel([this](const std::string& model, std::set<std::string>& names) {
        const auto resolved = models_->resolve(model);
        if (!resolved.deployments) return std::string();
        for (const uint32_t i : *resolved.deployments) {
            const auto wanted = deployment_configs_[i].params.value("guardrails", config::Json::array());
            for (const auto& name : wanted) {
                if (name.is_string()) names.insert(name.get<std::string>());
            }
        }
        return resolved.group;
    });
}

void Generation::open(DeploymentRuntime& runtime, Faults& faults) {
    const auto& config = *runtime.config;
    const std::string path = config.path + ".litellm_params";
    const auto fault = [&](const std::string& text) { faults.error(settings_.tree.place(path), path, text); };
    const sluice_provider* provider = runtime.provider->provider();
    if (!SLUICE_HAS(provider, open) || !SLUICE_HAS(provider, close) || !SLUICE_HAS(provider, prepare)) {
        fault("the plugin " + runtime.provider->id() + " has no provider interface");
        return;
    }
    const sluice_deployment_config given{sizeof given,
                                         0,
                                         host::str(config.id),
                                         host::str(config.provider),
                                         host::str(config.model),
                                         host::str(runtime.params)};
    sluice_upstream upstream{};
    upstream.size = sizeof upstream;
    const std::string words = host::pluginFault([&](char* text, size_t capacity, size_t* size) {
        return provider->open(runtime.provider->self(), &given, &runtime.handle, &upstream, text, capacity,
                              size);
    });
    if (!words.empty()) {
        fault("the provider refuses the deployment: " + words);
        return;
    }
    const std::string base(host::view(upstream.base_url));
    runtime.serves = base.empty();
    runtime.api_base = base;
    if (runtime.serves) {
        if (!SLUICE_HAS(provider, serve))
            fault("the provider gives no base URL and does not serve by itself");
        return;
    }
    auto endpoint = upstream::Endpoint::parse(base);
    if (!endpoint) {
        fault(endpoint.error().message);
        return;
    }
    runtime.endpoint = std::move(*endpoint);
}

// Whoever wants to know it learns of each model group before the first request for it.
void Generation::tellModels() const {
    const auto learners = having(SLUICE_MODELS_ID, "");
    if (learners.empty()) return;
    std::set<std::string> names(models_->names().begin(), models_->names().end());
    for (const auto& alias : settings_.aliases) names.insert(alias.first);
    for (const auto& name : names) {
        const auto resolved = models_->resolve(name);
        if (!resolved.deployments) continue;
        GroupTable table(*this, *resolved.deployments);
        std::vector<const sluice_candidate*> all;
        for (size_t i = 0; i < table.size(); ++i) all.push_back(&table.item(i, base::Clock::now()));
        for (host::Instance* one : learners) one->learn(name, all);
    }
}

Generation::~Generation() {
    for (const auto& runtime : deployments_) {
        if (runtime->handle) runtime->provider->provider()->close(runtime->provider->self(), runtime->handle);
    }
    endInstances();
    alive_.leave();
}

}  // namespace sluice::gateway
