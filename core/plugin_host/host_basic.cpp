// Host services without a request: log, metrics, secrets, clock, timers, offload, attributes.
#include <algorithm>

#include "base/fiber.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

using base::log::Level;

void logWrite(const sluice_host* host, int32_t level, sluice_str message) {
    const auto clamped = static_cast<Level>(std::clamp<int32_t>(level, SLUICE_LOG_TRACE, SLUICE_LOG_ERROR));
    if (!base::log::enabled(clamped)) return;
    base::log::write(clamped, "[" + handle(host).instance->id() + "] " + std::string(view(message)));
}

int32_t logEnabled(const sluice_host*, int32_t level) {
    return base::log::enabled(
        static_cast<Level>(std::clamp<int32_t>(level, SLUICE_LOG_TRACE, SLUICE_LOG_ERROR)));
}

int32_t metricsDefine(const sluice_host* host, int32_t kind, sluice_str name, sluice_str help,
                      const sluice_str* labels, size_t count) {
    if (!handle(host).creating) return SLUICE_E_UNSUPPORTED;
    if (kind < SLUICE_COUNTER || kind > SLUICE_HISTOGRAM || count > 16) return SLUICE_E_INVALID;
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) names.emplace_back(view(labels[i]));
    const int id = handle(host).services->metrics.define(static_cast<Metrics::Kind>(kind), view(name),
                                                         view(help), std::move(names));
    return id < 0 ? SLUICE_E_INVALID : id;
}

sluice_status metricsRecord(const sluice_host* host, int32_t id, const sluice_str* values, size_t count,
                            double value) {
    std::array<std::string_view, 16> labels;
    if (count > labels.size()) return SLUICE_E_INVALID;
    for (size_t i = 0; i < count; ++i) labels[i] = view(values[i]);
    return handle(host).services->metrics.record(id, {labels.data(), count}, value) ? SLUICE_OK
                                                                                    : SLUICE_E_INVALID;
}

sluice_str metricsText(sluice_ctx* ctx) {
    return ctx->lend(ctx->instance->handle().services->metrics.text());
}

sluice_status reveal(const sluice_host* host, sluice_str wanted, sluice_str* out) {
    const Instance& instance = *handle(host).instance;
    const base::Secret* secret = instance.maySeeSecret(view(wanted))
                                     ? handle(host).services->secrets.find(view(wanted))
                                     : instance.namedSecret(view(wanted));
    if (!secret) return SLUICE_E_NOT_FOUND;
    *out = str(secret->reveal());
    return SLUICE_OK;
}

uint64_t monotonicNs(const sluice_host*) {
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(base::Clock::now().time_since_epoch()).count());
}
int64_t wallMs(const sluice_host*) { return base::wallMillis(); }
uint64_t randomNumber(const sluice_host*) { return base::randomBits(); }

sluice_status sleepFor(sluice_ctx* ctx, uint32_t ms) {
    if (!base::Fiber::current()) return SLUICE_E_UNSUPPORTED;
    const auto until = base::Clock::now() + base::milliseconds(ms);
    const WaitMark mark(ctx);
    auto wake = base::Wake::Ready;
    while (wake == base::Wake::Ready) wake = base::Fiber::park(std::min(until, ctx->hook_deadline));
    const auto now = base::Clock::now();
    return wake == base::Wake::Timeout && now >= until ? SLUICE_OK : waitStatus(ctx, now);
}

int64_t every(const sluice_host* host, uint32_t interval_ms, void (*fn)(void*), void* arg) {
    if (!fn || interval_ms < 10) return SLUICE_E_INVALID;
    const int64_t id =
        handle(host).services->timers.every(base::milliseconds(interval_ms), [fn, arg] { fn(arg); });
    handle(host).instance->ownTimer(id);
    return id;
}

sluice_status cancelTimer(const sluice_host* host, int64_t id) {
    return handle(host).services->timers.cancel(id) ? SLUICE_OK : SLUICE_E_NOT_FOUND;
}

sluice_status offloadRun(sluice_ctx* ctx, void (*fn)(void*), void* arg) {
    if (!fn) return SLUICE_E_INVALID;
    const WaitMark mark(ctx);
    const auto done = ctx->instance->handle().services->offload.run([fn, arg] { fn(arg); });
    if (done) return SLUICE_OK;
    return done.error().code == base::Code::Internal ? SLUICE_E_INTERNAL : SLUICE_E_LIMIT;
}

sluice_status attributeGet(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    const auto found = ctx->request->attributes.find(view(name));
    if (found == ctx->request->attributes.end()) return SLUICE_E_NOT_FOUND;
    *value = str(found->second);
    return SLUICE_OK;
}

sluice_status attributeSet(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    auto& attributes = ctx->request->attributes;
    if (view(name).empty()) return SLUICE_E_INVALID;
    if (attributes.size() >= base::kAttributesMax && attributes.find(view(name)) == attributes.end())
        return SLUICE_E_LIMIT;
    attributes[std::string(view(name))] = view(value);
    return SLUICE_OK;
}

}  // namespace

const sluice_host_log kHostLog{sizeof(sluice_host_log), 0, logWrite, logEnabled};
const sluice_host_metrics kHostMetrics{sizeof(sluice_host_metrics), 0, metricsDefine, metricsRecord,
                                       checked<metricsText>};
const sluice_host_secrets kHostSecrets{sizeof(sluice_host_secrets), 0, reveal};
const sluice_host_clock kHostClock{sizeof(sluice_host_clock), 0, monotonicNs, wallMs, randomNumber};
const sluice_host_timers kHostTimers{sizeof(sluice_host_timers), 0, checked<sleepFor>, every, cancelTimer};
const sluice_host_offload kHostOffload{sizeof(sluice_host_offload), 0, checked<offloadRun>};
const sluice_host_attributes kHostAttributes{sizeof(sluice_host_attributes), 0, checked<attributeGet>,
                                             checked<attributeSet>};

}  // namespace sluice::host
