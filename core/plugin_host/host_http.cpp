// sluice.host.http/1: calls out on behalf of a plugin.
#include <algorithm>

#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

// Where an answer lives that no request owns: until the thread's next hook or timer makes its next call.
thread_local std::unique_ptr<HttpAnswer> t_answer;
thread_local std::vector<sluice_http_field> t_fields;

sluice_status statusOf(const base::Error& error) {
    switch (error.code) {
        case base::Code::InvalidArgument:
            return SLUICE_E_INVALID;
        case base::Code::DeadlineExceeded:
            return SLUICE_E_DEADLINE;
        case base::Code::Cancelled:
            return SLUICE_E_CANCELLED;
        case base::Code::TooLarge:
            return SLUICE_E_LIMIT;
        default:
            return SLUICE_E_UNAVAILABLE;
    }
}

base::Result<HttpCall> toCall(const sluice_http_request& request) {
    HttpCall call{view(request.method), view(request.url), {}, view(request.body)};
    if (call.method.empty()) call.method = call.body.empty() ? "GET" : "POST";
    for (size_t i = 0; i < request.field_count; ++i) {
        const http::Field field{view(request.fields[i].name), view(request.fields[i].value)};
        if (!http::isToken(field.name) || !http::isFieldValue(field.value))
            return base::pluginError(base::Code::InvalidArgument, "a field may not stand in a head");
        call.fields.push_back(field);
    }
    if (!http::isToken(call.method))
        return base::pluginError(base::Code::InvalidArgument, "malformed method");
    return call;
}

void lend(const HttpAnswer& answer, std::vector<sluice_http_field>& fields, sluice_http_response& response) {
    for (const auto& field : answer.fields) fields.push_back({str(field.name), str(field.value)});
    response.status = static_cast<uint32_t>(answer.status);
    response.fields = fields.data();
    response.field_count = fields.size();
    response.body = str(answer.body);
}

sluice_status httpCall(const sluice_host* host, sluice_ctx* ctx, const sluice_http_request* request,
                       sluice_http_response* response) {
    if (!request || !response || !SLUICE_REACHES(request, body) || !SLUICE_REACHES(response, body))
        return SLUICE_E_INVALID;
    if (ctx && !mayUse(ctx)) return SLUICE_E_INVALID;
    // The table may have come from another instance of the plugin, which was granted it.
    if (!handle(host).instance->maySee(&kHostHttp)) return SLUICE_E_DENIED;
    const auto call = toCall(*request);
    if (!call) return SLUICE_E_INVALID;
    const uint32_t timeout = request->timeout_ms ? request->timeout_ms : 10'000;
    auto deadline = base::Clock::now() + base::milliseconds(timeout);
    if (ctx) deadline = std::min(deadline, ctx->hook_deadline);
    auto answer = std::make_unique<HttpAnswer>();
    base::Status done;
    {
        const WaitMark mark(ctx);
        done = handle(host).services->http.call(*call, deadline, *answer);
    }
    if (!done) return statusOf(done.error());
    if (ctx) {
        auto& lent = ctx->lending();
        lent.answers.push_back(std::move(answer));
        lend(*lent.answers.back(), lent.answer_fields.emplace_back(), *response);
    } else {
        t_answer = std::move(answer);
        t_fields.clear();
        lend(*t_answer, t_fields, *response);
    }
    return SLUICE_OK;
}

}  // namespace

const sluice_host_http kHostHttp{sizeof(sluice_host_http), 0, httpCall};

}  // namespace sluice::host
