// sluice.host.guard/1: what a guardrail is asked to do, and what it says about it.
#include <simdjson.h>

#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

constexpr size_t kReportMax = 16 * 1024;

uint32_t modes(sluice_ctx* ctx) { return guardModes(*ctx->request, *ctx->instance); }

sluice_str guardName(const sluice_host* host) { return str(handle(host).instance->id()); }

// A request does not talk a mandatory guardrail out of anything.
sluice_str wishes(sluice_ctx* ctx) {
    const auto& guard = ctx->instance->settings().guard;
    if (guard && guard->mandatory) return {nullptr, 0};
    const auto& all = ctx->request->guards.wishes;
    auto found = all.find(ctx->instance->id());
    if (found == all.end()) found = all.find("");  // guardrail_config: for whoever knows it
    return found == all.end() ? sluice_str{nullptr, 0} : str(found->second);
}

sluice_status report(sluice_ctx* ctx, sluice_str json) {
    if (json.len > kReportMax) return SLUICE_E_LIMIT;
    simdjson::dom::parser parser;
    if (parser.parse(json.ptr, json.len).error() != simdjson::SUCCESS) return SLUICE_E_INVALID;
    ctx->request->guards.reports[{ctx->instance, ctx->phase}] = view(json);
    return SLUICE_OK;
}

}  // namespace

const sluice_host_guard kHostGuard{
    sizeof(sluice_host_guard), 0, checked<modes>, guardName, checked<wishes>, checked<report>};

}  // namespace sluice::host
