// The host services of the ABI, a table each, defined in the files named for them.
#pragma once

#include <type_traits>

#include "plugin_host/request_state.h"
#include "sluice/sluice.h"

namespace sluice::host {

extern const sluice_host_admin kHostAdmin;
extern const sluice_host_log kHostLog;
extern const sluice_host_metrics kHostMetrics;
extern const sluice_host_secrets kHostSecrets;
extern const sluice_host_services kHostServices;
extern const sluice_host_clock kHostClock;
extern const sluice_host_deployments kHostDeployments;
extern const sluice_host_kv kHostKv;
extern const sluice_host_timers kHostTimers;
extern const sluice_host_wait kHostWait;
extern const sluice_host_offload kHostOffload;
extern const sluice_host_attributes kHostAttributes;
extern const sluice_host_request kHostRequest;
extern const sluice_host_reply kHostReply;
extern const sluice_host_response kHostResponse;
extern const sluice_host_content kHostContent;
extern const sluice_host_guard kHostGuard;
extern const sluice_host_guardrails kHostGuardrails;
extern const sluice_host_attempt kHostAttempt;
extern const sluice_host_stream kHostStream;
extern const sluice_host_serve kHostServe;
extern const sluice_host_http kHostHttp;

inline HostHandle& handle(const sluice_host* host) {
    return *reinterpret_cast<HostHandle*>(const_cast<sluice_host*>(host));
}

/// True if the handle belongs to a hook that runs, and on this thread. If not, that is counted and logged.
inline bool mayUse(sluice_ctx* ctx) {
    const bool may =
        ctx && ctx->thread.load(std::memory_order_relaxed) == thisThread() && ctx->phase != Phase::None;
    if (!may) [[unlikely]]
        noteMisuse(ctx);
    return may;
}

template <auto Function>
struct Checked;
template <class R, class... Args, R (*Function)(sluice_ctx*, Args...)>
struct Checked<Function> {
    static R call(sluice_ctx* ctx, Args... args) {
        if (mayUse(ctx)) [[likely]]
            return Function(ctx, args...);
        if constexpr (std::is_same_v<R, sluice_status>) {
            return SLUICE_E_INVALID;
        } else {
            return R{};
        }
    }
};
/// `Function` behind the check, for the tables of the ABI.
template <auto Function>
inline constexpr auto checked = &Checked<Function>::call;

/// A may-wait call is about to park: afterwards other plugins have run, so the label has to be set anew.
class WaitMark {
public:
    explicit WaitMark(const sluice_ctx* ctx);
    ~WaitMark();

private:
    const char* label_;
};

/// A guardrail in shadow mode changes something: that is counted, and not done.
inline bool onlyCounted(sluice_ctx* ctx) {
    if (!guardShadowed(*ctx->request, *ctx->instance, ctx->phase)) return false;
    ++ctx->request->edits;
    return true;
}

/// Whoever wakes it from now on wakes nobody. [loop]
void spendTicket(uint64_t ticket);

/// SLUICE_E_* for what ended a wait inside a request.
sluice_status waitStatus(const sluice_ctx* ctx, base::TimePoint now);

}  // namespace sluice::host
