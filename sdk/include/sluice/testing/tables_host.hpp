// The host's services that need no request: log, metrics, secrets, clock, timers, waits, offload, http,
// admin.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

#include <sluice/testing/request_data.hpp>

namespace sluice::testing::tables {

inline void logWrite(const sluice_host* host, int32_t level, sluice_str message) {
    handleOf(host).host->log.push_back({level, std::string(view(message))});
}
inline int32_t logEnabled(const sluice_host*, int32_t) { return 1; }

inline int32_t metricsDefine(const sluice_host* host, int32_t kind, sluice_str name, sluice_str,
                             const sluice_str* labels, size_t count) {
    if (!handleOf(host).plugin->creating) return SLUICE_E_UNSUPPORTED;
    if (kind < SLUICE_COUNTER || kind > SLUICE_HISTOGRAM || count > 16 || name.len == 0)
        return SLUICE_E_INVALID;
    MetricData fresh{kind, std::string(view(name)), {}, {}, {}};
    for (size_t i = 0; i < count; ++i) fresh.labels.emplace_back(view(labels[i]));
    auto& all = handleOf(host).host->metrics;
    for (size_t i = 0; i < all.size(); ++i) {
        if (all[i].name != fresh.name) continue;
        return all[i].kind == kind && all[i].labels == fresh.labels ? static_cast<int32_t>(i)
                                                                    : SLUICE_E_INVALID;
    }
    all.push_back(std::move(fresh));
    return static_cast<int32_t>(all.size() - 1);
}
inline sluice_status metricsRecord(const sluice_host* host, int32_t id, const sluice_str* values,
                                   size_t count, double value) {
    auto& all = handleOf(host).host->metrics;
    if (id < 0 || static_cast<size_t>(id) >= all.size()) return SLUICE_E_INVALID;
    MetricData& m = all[static_cast<size_t>(id)];
    if (count != m.labels.size() || (m.kind == SLUICE_COUNTER && !(value >= 0))) return SLUICE_E_INVALID;
    std::vector<std::string> labels;
    for (size_t i = 0; i < count; ++i) labels.emplace_back(view(values[i]));
    double& series = m.series[labels];
    series = m.kind == SLUICE_GAUGE ? value : series + value;
    ++m.counts[labels];
    return SLUICE_OK;
}

inline sluice_status reveal(const sluice_host* host, sluice_str handle, sluice_str* out) {
    const HostHandle& h = handleOf(host);
    const auto found = h.host->secrets.find(view(handle));
    // Only what its own configuration names.
    const bool named = h.plugin->config.find("\"" + std::string(view(handle)) + "\"") != std::string::npos;
    if (!named || found == h.host->secrets.end()) return SLUICE_E_NOT_FOUND;
    *out = str(found->second);
    return SLUICE_OK;
}

inline uint64_t monotonicNs(const sluice_host* host) {
    return static_cast<uint64_t>(handleOf(host).host->wallMs()) * 1'000'000;
}
inline int64_t wallMs(const sluice_host* host) { return handleOf(host).host->wallMs(); }
inline uint64_t randomBits(const sluice_host* host) { return handleOf(host).host->random(); }

// Time passes at once: up to `until`, or to the deadline of the request.
inline sluice_status waitUntil(Context& c, int64_t until) {
    RequestData& r = *c.request;
    if (r.cancelled) return SLUICE_E_CANCELLED;
    const int64_t now = r.host.wallMs();
    r.host.advance(std::max<int64_t>(0, std::min(until, r.deadline_ms) - now));
    c.plugin->enter();  // a timer of another plugin may have run
    return until > r.deadline_ms ? SLUICE_E_DEADLINE : SLUICE_OK;
}
inline sluice_status sleepFor(sluice_ctx* ctx, uint32_t ms) {
    Context& c = contextOf(ctx);
    return waitUntil(c, c.request->host.wallMs() + ms);
}
inline int64_t every(const sluice_host* host, uint32_t interval_ms, void (*fn)(void*), void* arg) {
    if (!fn || interval_ms < 10) return SLUICE_E_INVALID;
    HostState& h = *handleOf(host).host;
    h.timers.push_back(
        {++h.last_timer, interval_ms, h.wallMs() + interval_ms, fn, arg, handleOf(host).plugin});
    return h.last_timer;
}
inline sluice_status cancelTimer(const sluice_host* host, int64_t id) {
    auto& timers = handleOf(host).host->timers;
    const auto found =
        std::find_if(timers.begin(), timers.end(), [id](const Timer& timer) { return timer.id == id; });
    if (found == timers.end()) return SLUICE_E_NOT_FOUND;
    timers.erase(found);
    return SLUICE_OK;
}
inline sluice_status offloadRun(sluice_ctx*, void (*fn)(void*), void* arg) {
    if (!fn) return SLUICE_E_INVALID;
    fn(arg);
    return SLUICE_OK;
}

inline sluice_status toAsked(const sluice_http_request& request, HttpAsked& asked) {
    asked = {std::string(view(request.method)),
             std::string(view(request.url)),
             std::string(view(request.body)),
             {},
             request.timeout_ms ? request.timeout_ms : 10'000};
    if (asked.method.empty()) asked.method = asked.body.empty() ? "GET" : "POST";
    for (size_t i = 0; i < request.field_count; ++i) {
        if (!asked.fields.set(view(request.fields[i].name), view(request.fields[i].value)))
            return SLUICE_E_INVALID;
    }
    const bool http = asked.url.rfind("http://", 0) == 0 || asked.url.rfind("https://", 0) == 0;
    return http && isToken(asked.method) ? SLUICE_OK : SLUICE_E_INVALID;
}

// What an answer without a request borrows from: as in the gateway, until the next call of that kind.
inline Context& withoutRequest() {
    static Context none{nullptr, nullptr};
    none.takeBack();
    return none;
}

inline sluice_status httpCall(const sluice_host* host, sluice_ctx* ctx, const sluice_http_request* request,
                              sluice_http_response* response) {
    if (!request || !response || request->size < sizeof *request || response->size < sizeof *response)
        return SLUICE_E_INVALID;
    HttpAsked asked;
    if (const auto status = toAsked(*request, asked); status != SLUICE_OK) return status;
    HostState& h = *handleOf(host).host;
    const uint32_t timeout = asked.timeout_ms;
    const HttpReply reply = h.http.take(std::move(asked));
    const uint32_t takes = std::min(reply.takes_ms, timeout);
    if (ctx) {
        const auto waited = waitUntil(contextOf(ctx), h.wallMs() + takes);
        if (waited != SLUICE_OK) return waited;
    } else {
        h.advance(takes);
    }
    if (reply.takes_ms > timeout) return SLUICE_E_DEADLINE;
    if (reply.error != SLUICE_OK) return reply.error;
    if (reply.body.size() > 16 * 1024 * 1024) return SLUICE_E_LIMIT;
    Context& lender = ctx ? contextOf(ctx) : withoutRequest();
    auto& fields = lender.lent_fields.emplace_back();
    for (const auto& field : reply.fields.list())
        fields.push_back({lender.lend(field.first), lender.lend(field.second)});
    response->status = reply.status;
    response->fields = fields.data();
    response->field_count = fields.size();
    response->body = lender.lend(reply.body);
    return SLUICE_OK;
}

inline sluice_status adminReload(sluice_ctx* ctx, sluice_str* json) {
    Context& c = contextOf(ctx);
    HostState& h = c.request->host;
    std::string faults;
    for (const auto& fault : h.reload_faults) faults += (faults.empty() ? "\"" : ",\"") + fault + "\"";
    if (h.reload_faults.empty()) ++h.reloads;
    *json = c.lend("{\"generation\":" + std::to_string(h.reloads + 1) + ",\"faults\":[" + faults + "]}");
    return h.reload_faults.empty() ? SLUICE_OK : SLUICE_E_INVALID;
}
inline sluice_status adminStatus(sluice_ctx* ctx, sluice_str* json) {
    Context& c = contextOf(ctx);
    *json = c.lend(c.request->host.admin_status);
    return SLUICE_OK;
}

inline sluice_status adminReloadSoon(const sluice_host* host) {
    ++handleOf(host).host->reloads;
    return SLUICE_OK;
}
inline sluice_str metricsText(sluice_ctx* ctx) {
    Context& c = contextOf(ctx);
    return c.lend(c.request->host.metrics_text);
}

inline const sluice_host_log kLog{sizeof(sluice_host_log), 0, logWrite, logEnabled};
inline const sluice_host_metrics kMetrics{sizeof(sluice_host_metrics), 0, metricsDefine, metricsRecord,
                                          metricsText};
inline const sluice_host_secrets kSecrets{sizeof(sluice_host_secrets), 0, reveal};
inline sluice_status serviceFind(const sluice_host* host, sluice_str id, sluice_str, sluice_service* out) {
    const auto& all = handleOf(host).host->services;
    const auto found = all.find(view(id));
    if (found == all.end()) return SLUICE_E_NOT_FOUND;
    *out = found->second;
    return SLUICE_OK;
}

inline const sluice_host_services kServices{sizeof(sluice_host_services), 0, serviceFind};
// As in the gateway, but the thread waits.
struct Tickets {
    std::mutex mutex;
    std::condition_variable changed;
    uint64_t last = 0;
    std::set<uint64_t> woken;
};
inline Tickets& tickets() {
    static Tickets all;
    return all;
}
inline uint64_t waitOpen(sluice_ctx*) {
    const std::lock_guard lock(tickets().mutex);
    return ++tickets().last;
}
inline sluice_status waitFor(sluice_ctx*, uint64_t ticket, uint32_t ms) {
    std::unique_lock lock(tickets().mutex);
    const bool woken = tickets().changed.wait_for(lock, std::chrono::milliseconds(ms),
                                                  [&] { return tickets().woken.count(ticket) > 0; });
    return woken ? SLUICE_OK : SLUICE_E_DEADLINE;
}
inline void waitWake(const sluice_host*, uint64_t ticket) {
    const std::lock_guard lock(tickets().mutex);
    tickets().woken.insert(ticket);
    tickets().changed.notify_all();
}

inline const sluice_host_wait kWait{sizeof(sluice_host_wait), 0, waitOpen, waitFor, waitWake};
inline const sluice_host_clock kClock{sizeof(sluice_host_clock), 0, monotonicNs, wallMs, randomBits};
inline const sluice_host_timers kTimers{sizeof(sluice_host_timers), 0, sleepFor, every, cancelTimer};
inline const sluice_host_offload kOffload{sizeof(sluice_host_offload), 0, offloadRun};
inline const sluice_host_http kHttp{sizeof(sluice_host_http), 0, httpCall};
inline const sluice_host_admin kAdmin{sizeof(sluice_host_admin), 0, adminReload, adminStatus,
                                      adminReloadSoon};

}  // namespace sluice::testing::tables
