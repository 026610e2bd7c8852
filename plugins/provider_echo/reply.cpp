#include "reply.h"

namespace provider_echo {
namespace {

sluice_status send(const Call& call, uint32_t status, const Json& json) {
    if (!call.attempt.begin(status, "application/json")) return SLUICE_E_INTERNAL;
    return call.attempt.write(text(json));
}

}  // namespace

sluice_status sendJson(const Call& call, const Json& json) {
    if (call.options.first_token_ms > 0) {
        if (const auto status = call.attempt.sleep(call.options.first_token_ms)) return status;
    }
    return send(call, 200, json);
}

// platform.openai.com/docs/guides/error-codes
sluice_status sendFault(const Call& call, const Fault& fault) {
    Json error;
    error["message"] = fault.message;
    error["type"] = "invalid_request_error";
    error["param"] = fault.param.empty() ? Json() : Json(fault.param);
    error["code"] = nullptr;
    return send(call, 400, Json{{"error", error}});
}

// docs.anthropic.com/en/api/errors
sluice_status sendAnthropicFault(const Call& call, const Fault& fault) {
    Json error;
    error["type"] = "invalid_request_error";
    error["message"] = fault.message;
    return send(call, 400, Json{{"type", "error"}, {"error", error}, {"request_id", "req_" + call.id}});
}

}  // namespace provider_echo
