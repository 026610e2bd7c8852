#include "plugin_host/host_tables.h"

#include <array>
#include <utility>

#include "base/loop.h"

namespace sluice::host {

const void* hostInterface(const sluice_host* host, sluice_str id) {
    static const std::array<std::pair<std::string_view, const void*>, 22> kTables{{
        {SLUICE_HOST_ADMIN_ID, &kHostAdmin},
        {SLUICE_HOST_DEPLOYMENTS_ID, &kHostDeployments},
        {SLUICE_HOST_KV_ID, &kHostKv},
        {SLUICE_HOST_LOG_ID, &kHostLog},
        {SLUICE_HOST_METRICS_ID, &kHostMetrics},
        {SLUICE_HOST_SECRETS_ID, &kHostSecrets},
        {SLUICE_HOST_SERVICES_ID, &kHostServices},
        {SLUICE_HOST_CLOCK_ID, &kHostClock},
        {SLUICE_HOST_TIMERS_ID, &kHostTimers},
        {SLUICE_HOST_WAIT_ID, &kHostWait},
        {SLUICE_HOST_OFFLOAD_ID, &kHostOffload},
        {SLUICE_HOST_ATTRIBUTES_ID, &kHostAttributes},
        {SLUICE_HOST_REQUEST_ID, &kHostRequest},
        {SLUICE_HOST_REPLY_ID, &kHostReply},
        {SLUICE_HOST_RESPONSE_ID, &kHostResponse},
        {SLUICE_HOST_CONTENT_ID, &kHostContent},
        {SLUICE_HOST_GUARD_ID, &kHostGuard},
        {SLUICE_HOST_GUARDRAILS_ID, &kHostGuardrails},
        {SLUICE_HOST_ATTEMPT_ID, &kHostAttempt},
        {SLUICE_HOST_STREAM_ID, &kHostStream},
        {SLUICE_HOST_SERVE_ID, &kHostServe},
        {SLUICE_HOST_HTTP_ID, &kHostHttp},
    }};
    for (const auto& [name, table] : kTables) {
        if (name == view(id)) return handle(host).instance->maySee(table) ? table : nullptr;
    }
    return nullptr;
}

WaitMark::WaitMark(const sluice_ctx* ctx)
    : label_(ctx ? ctx->instance->handleUse().instance.c_str() : nullptr) {
    if (auto* loop = base::Loop::current()) loop->setRunningLabel(nullptr);
}

WaitMark::~WaitMark() {
    if (auto* loop = base::Loop::current()) loop->setRunningLabel(label_);
}

sluice_status waitStatus(const sluice_ctx* ctx, base::TimePoint now) {
    if (ctx->request->cancelled && ctx->request->cancelled()) return SLUICE_E_CANCELLED;
    return now >= ctx->hook_deadline ? SLUICE_E_DEADLINE : SLUICE_E_CANCELLED;
}

}  // namespace sluice::host
