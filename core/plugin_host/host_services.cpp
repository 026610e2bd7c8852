// sluice.host.services/1: interfaces of other instances.
#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

sluice_status find(const sluice_host* host, sluice_str interface_id, sluice_str instance,
                   sluice_service* out) {
    if (!out || interface_id.len == 0) return SLUICE_E_INVALID;
    HostHandle& asking = handle(host);
    if (!asking.services->peers) return SLUICE_E_NOT_FOUND;
    const auto found = asking.services->peers->having(view(interface_id), view(instance));
    if (found.empty()) return SLUICE_E_NOT_FOUND;
    if (found.size() > 1) return SLUICE_E_LIMIT;
    Instance& other = *found.front();
    if (&other != asking.instance) asking.instance->needs(other);
    *out = {sizeof *out, 0, other.table(view(interface_id)), other.self(), str(other.id())};
    return SLUICE_OK;
}

}  // namespace

const sluice_host_services kHostServices{sizeof(sluice_host_services), 0, find};

}  // namespace sluice::host
