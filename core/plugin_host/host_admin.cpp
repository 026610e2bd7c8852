// sluice.host.admin/1.
#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

sluice_status reload(sluice_ctx* ctx, sluice_str* json) {
    Services& services = *ctx->instance->handle().services;
    if (!ctx->instance->maySee(&kHostAdmin)) return SLUICE_E_DENIED;
    if (!services.admin) return SLUICE_E_UNSUPPORTED;
    Admin::Reload outcome;
    const WaitMark mark(ctx);
    if (!services.offload.run([&] { outcome = services.admin->reload(); })) return SLUICE_E_LIMIT;
    *json = ctx->lend(std::move(outcome.json));
    return outcome.done ? SLUICE_OK : SLUICE_E_INVALID;
}

sluice_status status(sluice_ctx* ctx, sluice_str* json) {
    const Services& services = *ctx->instance->handle().services;
    if (!ctx->instance->maySee(&kHostAdmin)) return SLUICE_E_DENIED;
    if (!services.admin) return SLUICE_E_UNSUPPORTED;
    *json = ctx->lend(services.admin->status());
    return SLUICE_OK;
}

sluice_status reloadSoon(const sluice_host* host) {
    HostHandle& asking = handle(host);
    if (!asking.instance->maySee(&kHostAdmin)) return SLUICE_E_DENIED;
    return asking.services->admin && asking.services->admin->reloadSoon() ? SLUICE_OK : SLUICE_E_UNSUPPORTED;
}

}  // namespace

const sluice_host_admin kHostAdmin{sizeof(sluice_host_admin), 0, checked<reload>, checked<status>,
                                   reloadSoon};

}  // namespace sluice::host
