// sluice.host.deployments/1: deployments as several gateways know them.
#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

Deployments* deploymentsOf(const sluice_host* host) {
    // The table may have come from another instance of the plugin, which was granted it.
    return handle(host).instance->maySee(&kHostDeployments) ? handle(host).services->deployments : nullptr;
}

sluice_status state(const sluice_host* host, sluice_str id, sluice_deployment_state* out) {
    if (!out || !SLUICE_REACHES(out, out_ms)) return SLUICE_E_INVALID;
    Deployments* all = deploymentsOf(host);
    return all && all->state(view(id), *out) ? SLUICE_OK : SLUICE_E_NOT_FOUND;
}

sluice_status usedElsewhere(const sluice_host* host, sluice_str id, uint64_t minute, uint64_t requests,
                            uint64_t tokens) {
    Deployments* all = deploymentsOf(host);
    return all && all->usedElsewhere(view(id), minute, requests, tokens) ? SLUICE_OK : SLUICE_E_NOT_FOUND;
}

sluice_status takeOut(const sluice_host* host, sluice_str id, uint32_t ms) {
    Deployments* all = deploymentsOf(host);
    return all && all->takeOut(view(id), base::milliseconds(ms)) ? SLUICE_OK : SLUICE_E_NOT_FOUND;
}

}  // namespace

const sluice_host_deployments kHostDeployments{sizeof(sluice_host_deployments), 0, state, usedElsewhere,
                                               takeOut};

}  // namespace sluice::host
