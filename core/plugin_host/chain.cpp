#include "plugin_host/chain.h"

#include <algorithm>
#include <set>

namespace sluice::host {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

bool applies(const Instance& instance, const std::string& tenant, llm::Operation operation) {
    const auto& scope = instance.settings().scope;
    return contains(scope.tenants, tenant) && contains(scope.routes, llm::info(operation).name);
}

template <class Hook>
void add(std::vector<HookSlot>& slots, Instance& instance, Phase phase, Hook hook, sluice_hook plain) {
    if (hook && instance.wants(static_cast<uint32_t>(phase)))
        slots.push_back({&instance, plain, !instance.settings().scope.models.empty()});
}

// A hook exists if the plugin's table reaches as far and the pointer is set.
#define SLUICE_HOOK(hook) (SLUICE_REACHES(h, hook) ? h->hook : nullptr)
#define SLUICE_ADD(hook, phase) add(chain.hook, instance, phase, SLUICE_HOOK(hook), SLUICE_HOOK(hook))
#define SLUICE_ADD_OWN(hook, phase) add(chain.hook, instance, phase, SLUICE_HOOK(hook), nullptr)

void addHooks(Chain& chain, Instance& instance) {
    const sluice_hooks* h = instance.hooks();
    if (!h) return;
    SLUICE_ADD(on_request, Phase::OnRequest);
    SLUICE_ADD(authenticate, Phase::Authenticate);
    SLUICE_ADD(authorize, Phase::Authorize);
    SLUICE_ADD(pre_call, Phase::PreCall);
    SLUICE_ADD(cache_lookup, Phase::CacheLookup);
    SLUICE_ADD_OWN(route, Phase::Route);
    SLUICE_ADD(during_call, Phase::DuringCall);
    SLUICE_ADD(on_upstream_request, Phase::OnUpstreamRequest);
    SLUICE_ADD(on_upstream_response, Phase::OnUpstreamResponse);
    SLUICE_ADD(on_attempt_end, Phase::OnAttemptEnd);
    SLUICE_ADD_OWN(on_stream, Phase::OnStream);
    SLUICE_ADD(post_call, Phase::PostCall);
    SLUICE_ADD(on_response, Phase::OnResponse);
    SLUICE_ADD_OWN(on_complete, Phase::OnComplete);
    chain.settles |= SLUICE_HOOK(on_settled) != nullptr;
    chain.content |= SLUICE_HOOK(on_complete) != nullptr && instance.manifest().record_content;
}

#undef SLUICE_HOOK
#undef SLUICE_ADD
#undef SLUICE_ADD_OWN

Chain compile(const std::vector<Instance*>& ordered, const std::string& tenant, llm::Operation operation) {
    Chain chain;
    for (Instance* instance : ordered) {
        if (applies(*instance, tenant, operation)) addHooks(chain, *instance);
    }
    // Answers pass the plugins in the opposite direction: who saw the request last sees the answer first.
    for (auto* slots : {&chain.on_upstream_response, &chain.on_attempt_end, &chain.on_stream,
                        &chain.post_call, &chain.on_response}) {
        std::reverse(slots->begin(), slots->end());
    }
    return chain;
}

}  // namespace

bool appliesToModel(const Instance& instance, std::string_view model) {
    const auto& models = instance.settings().scope.models;
    return models.empty() || std::any_of(models.begin(), models.end(), [&](std::string_view pattern) {
               if (!pattern.empty() && pattern.back() == '*')
                   return model.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
               return model == pattern;
           });
}

Chains::Chains(const std::vector<Instance*>& instances)
    : guards_(std::make_unique<GuardRules>(instances)), instance_count_(instances.size()) {
    auto ordered = instances;
    std::stable_sort(ordered.begin(), ordered.end(), [](const Instance* a, const Instance* b) {
        return a->settings().order < b->settings().order;
    });
    std::set<std::string> tenants{""};
    for (const auto* instance : instances) {
        for (const auto& tenant : instance->settings().scope.tenants) tenants.insert(tenant);
    }
    for (const auto& tenant : tenants) {
        auto chains = std::make_unique<ByRoute>();
        for (size_t i = 0; i < llm::kOperations; ++i)
            ((*chains)[i] = compile(ordered, tenant, static_cast<llm::Operation>(i))).guards = guards_.get();
        by_tenant_.emplace(tenant, std::move(chains));
    }
    everyone_ = by_tenant_.at("").get();
}

const Chain& Chains::get(std::string_view tenant, llm::Operation operation) const {
    const ByRoute* chains = everyone_;
    if (!tenant.empty() && by_tenant_.size() > 1) {
        const auto found = by_tenant_.find(std::string(tenant));
        if (found != by_tenant_.end()) chains = found->second.get();
    }
    return (*chains)[static_cast<size_t>(operation)];
}

}  // namespace sluice::host
