// The host's tables, looked up once for each loaded plugin. Not for plugins: sluice/request.hpp wraps them.
#pragma once

#include <atomic>
#include <mutex>

#include <sluice/host.hpp>

namespace sluice::detail {

// Filled before the first hook runs, constant afterwards.
struct Tables {
    const sluice_host_request* request = nullptr;
    const sluice_host_reply* reply = nullptr;
    const sluice_host_response* response = nullptr;
    const sluice_host_content* content = nullptr;  // hosts from 0.2.0 on
    const sluice_host_attempt* attempt = nullptr;
    const sluice_host_stream* stream = nullptr;
    const sluice_host_serve* serve = nullptr;
    const sluice_host_attributes* attributes = nullptr;
    const sluice_host_timers* timers = nullptr;
    std::atomic<const sluice_host_http*> http{nullptr};  // not every instance is granted it
    const sluice_host_offload* offload = nullptr;

    void fill(const Host& host) {
        request = host.find<sluice_host_request>(SLUICE_HOST_REQUEST_ID);
        reply = host.find<sluice_host_reply>(SLUICE_HOST_REPLY_ID);
        content = host.find<sluice_host_content>(SLUICE_HOST_CONTENT_ID);
        response = host.find<sluice_host_response>(SLUICE_HOST_RESPONSE_ID);
        attempt = host.find<sluice_host_attempt>(SLUICE_HOST_ATTEMPT_ID);
        stream = host.find<sluice_host_stream>(SLUICE_HOST_STREAM_ID);
        serve = host.find<sluice_host_serve>(SLUICE_HOST_SERVE_ID);
        attributes = host.find<sluice_host_attributes>(SLUICE_HOST_ATTRIBUTES_ID);
        timers = host.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
        http = host.find<sluice_host_http>(SLUICE_HOST_HTTP_ID);
        offload = host.find<sluice_host_offload>(SLUICE_HOST_OFFLOAD_ID);
    }

    // With the first instance; later ones may come while hooks run. The host itself asks, at each call,
    // whether the instance that calls has been granted HTTP.
    void fillOnce(const Host& host) {
        static std::once_flag once;
        std::call_once(once, [&] { fill(host); });
        if (const auto* granted = host.find<sluice_host_http>(SLUICE_HOST_HTTP_ID)) http = granted;
    }
};
inline Tables tables;

/// Why the hook that is running fails, for the log and the record. Older hosts do not ask.
inline void tellFailure(sluice_ctx* ctx, std::string_view why) noexcept {
    if (SLUICE_HAS(tables.reply, failed)) (void)tables.reply->failed(ctx, str(why));
}

}  // namespace sluice::detail
