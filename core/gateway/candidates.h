// The deployments of a model group as the route phase and the router see them, and the choice of one.
#pragma once

#include <vector>

#include "base/status.h"
#include "gateway/generation.h"
#include "plugin_host/runner.h"

namespace sluice::gateway {

class Candidates {
public:
    Candidates(const Generation& generation, const std::vector<uint32_t>& deployments);
    Candidates(const Candidates&) = delete;
    Candidates& operator=(const Candidates&) = delete;

    const sluice_candidates& table() const { return table_.api; }

    /// Asks the router for one that is still available; Unavailable if there is none.
    base::Result<const DeploymentRuntime*> pick(const Generation& generation, host::Runner& runner);
    /// Not for the next attempt.
    void exclude(const DeploymentRuntime& deployment);
    size_t available() const;

private:
    struct Table {
        sluice_candidates api;
        Candidates* owner;
    };
    static const sluice_candidate* at(const sluice_candidates* self, uint32_t i);
    static sluice_status drop(const sluice_candidates* self, uint32_t i, sluice_str reason);
    static sluice_status pin(const sluice_candidates* self, uint32_t i);
    static int32_t isAvailable(const sluice_candidates* self, uint32_t i);
    static Candidates& owner(const sluice_candidates* self);

    Table table_;
    std::vector<sluice_candidate> items_;
    std::vector<const DeploymentRuntime*> deployments_;
    std::vector<char> available_;
    std::string last_drop_;  // the reason of the last drop, for the error if none is left
};

}  // namespace sluice::gateway
