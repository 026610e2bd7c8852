// The chain of a tenant and a route: which hooks run, of whom, in which order. Compiled when the
// configuration loads; at request time it is one pointer, and a phase without hooks is an empty list.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "llm/operation.h"
#include "plugin_host/instance.h"
#include "plugin_host/request_state.h"

namespace sluice::host {

struct HookSlot {
    Instance* instance;
    sluice_hook hook;   // null for route and on_stream, which have their own signatures
    bool model_scoped;  // the instance names models: looked at for each request
};

struct Chain {
    std::vector<HookSlot> on_request, authenticate, authorize, pre_call, cache_lookup, route, during_call,
        on_upstream_request, on_upstream_response, on_attempt_end, on_stream, post_call, on_response,
        on_complete;
    bool settles = false;  // somebody wants to know what requests have used
    bool content = false;  // somebody wants records with what was asked and answered
    const GuardRules* guards = nullptr;
};

/// Does the instance apply to this model group? "x/*" matches by prefix.
bool appliesToModel(const Instance& instance, std::string_view model);

class Chains {
public:
    /// `instances` in the order of the configuration; they must outlive this object.
    explicit Chains(const std::vector<Instance*>& instances);

    /// Before a tenant is known, and for tenants that no scope names: tenant "".
    const Chain& get(std::string_view tenant, llm::Operation operation) const;
    size_t instanceCount() const { return instance_count_; }
    GuardRules& guards() const { return *guards_; }

private:
    using ByRoute = std::array<Chain, llm::kOperations>;
    std::unordered_map<std::string, std::unique_ptr<ByRoute>> by_tenant_;
    const ByRoute* everyone_ = nullptr;
    std::unique_ptr<GuardRules> guards_;
    size_t instance_count_;
};

}  // namespace sluice::host
