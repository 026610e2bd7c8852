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

}  // namespace

const sluice_host_admin kHostAdmin{sizeof(sluice_host_admin), 0, checked<reload>, checked<status>};

}  // namespace sluice::host
