// A call over HTTP and its answer: request.http() in a hook, host.http() in on_complete, timers and
// exporters.
//
//   sluice::HttpCall call{"https://guard.acme.com/v1/judge"};
//   call.method = "PUT";
//   call.headers = {{"authorization", token_}, {"content-type", "application/json"}};
//   call.body = json;
//   const auto answer = request.http(host_, call);  // the request parks, the thread does not
//   if (!answer.ok()) return Verdict::Failed;
//
// The plugin needs the capability "net".
#pragma once

#include <optional>
#include <vector>

#include <sluice/headers.hpp>

namespace sluice {

/// The texts are borrowed until the call returns.
struct HttpCall {
    std::string_view url;              // http:// or https://
    std::string_view method = {};      // empty: GET, or POST with a body
    std::vector<Header> headers = {};  // no content-type is added by itself
    std::string_view body = {};
    uint32_t timeout_ms = 0;  // whole call; 0: 10,000. Never longer than the request has left
};

/// Every answer is one, whatever its status. Texts: until the hook returns; outside of a request until the
/// next call of this thread.
struct HttpResult {
    sluice_status error = SLUICE_OK;  // not SLUICE_OK: nobody answered, see sluice/host_http.h
    int status = 0;
    std::string_view body = {};
    const sluice_http_field* fields = nullptr;
    size_t field_count = 0;

    bool ok() const { return error == SLUICE_OK && status >= 200 && status < 300; }
    /// The first field of that name, in any case.
    std::optional<std::string_view> header(std::string_view name) const {
        for (size_t i = 0; i < field_count; ++i) {
            if (sameName(view(fields[i].name), name)) return view(fields[i].value);
        }
        return std::nullopt;
    }
};

namespace detail {

inline HttpResult httpCall(const sluice_host_http* http, const sluice_host* host, sluice_ctx* ctx,
                           const HttpCall& call) {
    HttpResult result;
    result.error = SLUICE_E_DENIED;  // the capability "net" is not granted
    if (!http) return result;
    std::vector<sluice_http_field> fields;
    for (const auto& header : call.headers) fields.push_back({str(header.name), str(header.value)});
    const sluice_http_request request{sizeof request, call.timeout_ms, str(call.method), str(call.url),
                                      fields.data(),  fields.size(),   str(call.body)};
    sluice_http_response response{};
    response.size = sizeof response;
    result.error = http->call(host, ctx, &request, &response);
    if (result.error != SLUICE_OK) return result;
    result.status = static_cast<int>(response.status);
    result.body = view(response.body);
    result.fields = response.fields;
    result.field_count = response.field_count;
    return result;
}

}  // namespace detail

}  // namespace sluice
