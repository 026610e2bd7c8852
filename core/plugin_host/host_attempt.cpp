// sluice.host.attempt/1, sluice.host.response/1 and sluice.host.serve/1: the way to an
// upstream and back.
#include <algorithm>

#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

bool requestEditable(const sluice_ctx* ctx) { return ctx->phase == Phase::OnUpstreamRequest; }

sluice_str text(sluice_ctx* ctx, uint32_t what) {
    const AttemptState& a = ctx->request->attempt;
    if (!a.deployment) return {nullptr, 0};
    switch (what) {
        case SLUICE_ATTEMPT_DEPLOYMENT_ID:
            return str(a.deployment->id);
        case SLUICE_ATTEMPT_MODEL:
            return str(a.model);
        case SLUICE_ATTEMPT_PROVIDER:
            return str(a.deployment->provider);
        case SLUICE_ATTEMPT_PATH:
            return str(a.path);
        case SLUICE_ATTEMPT_ERROR:
            return str(a.error);
        default:
            return {nullptr, 0};
    }
}

int64_t figure(sluice_ctx* ctx, uint32_t what) {
    const auto& figures = ctx->request->attempt.figures;
    return what < figures.size() ? figures[what] : -1;
}

sluice_status setCost(sluice_ctx* ctx, int64_t pico_usd) {
    if (ctx->phase != Phase::OnAttemptEnd) return SLUICE_E_UNSUPPORTED;
    if (pico_usd < 0) return SLUICE_E_INVALID;
    ctx->request->attempt.cost_pico_usd = pico_usd;
    return SLUICE_OK;
}

uint32_t number(sluice_ctx* ctx) { return ctx->request->attempt.number; }

sluice_status setPath(sluice_ctx* ctx, sluice_str path) {
    if (!requestEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    const auto p = view(path);
    const bool visible = std::all_of(p.begin(), p.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '#';
    });
    if (p.empty() || p.front() != '/' || !visible) return SLUICE_E_INVALID;
    ctx->request->attempt.path = p;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status header(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    const auto found = ctx->request->attempt.fields.find(view(name));
    if (!found) return SLUICE_E_NOT_FOUND;
    *value = str(*found);
    return SLUICE_OK;
}

sluice_status setHeader(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    if (!requestEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (!ctx->request->attempt.fields.set(view(name), view(value))) return SLUICE_E_INVALID;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status removeHeader(sluice_ctx* ctx, sluice_str name) {
    if (!requestEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (ctx->request->attempt.fields.remove(view(name)) == 0) return SLUICE_E_NOT_FOUND;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status member(sluice_ctx* ctx, sluice_str name, sluice_str* json) {
    const auto found = ctx->request->attempt.body.member(view(name));
    if (!found) return SLUICE_E_NOT_FOUND;
    *json = str(*found);
    return SLUICE_OK;
}

sluice_status setMember(sluice_ctx* ctx, sluice_str name, sluice_str json) {
    if (!requestEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (!ctx->request->attempt.body.set(view(name), view(json))) return SLUICE_E_INVALID;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status removeMember(sluice_ctx* ctx, sluice_str name) {
    if (!requestEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (!ctx->request->attempt.body.remove(view(name))) return SLUICE_E_NOT_FOUND;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_str body(sluice_ctx* ctx) { return ctx->lend(ctx->request->attempt.body.flattened()); }

sluice_status setBody(sluice_ctx* ctx, sluice_str bytes) {
    if (!requestEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (!ctx->request->attempt.body.replace(std::string(view(bytes)))) return SLUICE_E_INVALID;
    ++ctx->request->edits;
    return SLUICE_OK;
}

// --- responses ---

uint32_t status(sluice_ctx* ctx) { return static_cast<uint32_t>(ctx->request->response.status); }

sluice_status responseHeader(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    const auto found = ctx->request->response.fields.find(view(name));
    if (!found) return SLUICE_E_NOT_FOUND;
    *value = str(*found);
    return SLUICE_OK;
}

bool responseEditable(const sluice_ctx* ctx) {
    return ctx->phase == Phase::OnUpstreamResponse || ctx->phase == Phase::OnResponse;
}

sluice_status setResponseHeader(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    if (!responseEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (!ctx->request->response.fields.set(view(name), view(value))) return SLUICE_E_INVALID;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status removeResponseHeader(sluice_ctx* ctx, sluice_str name) {
    if (!responseEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (ctx->request->response.fields.remove(view(name)) == 0) return SLUICE_E_NOT_FOUND;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_str responseBody(sluice_ctx* ctx) {
    if (ctx->phase != Phase::PostCall) return {nullptr, 0};
    RequestState& request = *ctx->request;
    request.contents.settle(request);
    if (!request.response.streamed) return str(request.response.body);
    std::string all;
    for (const auto& [lane, text] : request.response.lanes) all += text;
    return ctx->lend(std::move(all));
}

sluice_status setResponseBody(sluice_ctx* ctx, sluice_str bytes) {
    if (ctx->phase != Phase::PostCall || ctx->request->response.streamed) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    ctx->request->contents.forgetAnswer();
    ctx->request->response.body = view(bytes);
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_str laneText(sluice_ctx* ctx, uint32_t lane) {
    const auto found = ctx->request->response.lanes.find(lane);
    if (ctx->phase != Phase::PostCall || found == ctx->request->response.lanes.end()) return {nullptr, 0};
    return str(found->second);
}

// --- providers that answer by themselves ---

sluice_status serveBegin(sluice_ctx* ctx, uint32_t http_status, sluice_str content_type) {
    if (!ctx->request->serve_begin) return SLUICE_E_UNSUPPORTED;
    if (http_status < 200 || http_status > 599 || !http::isFieldValue(view(content_type)))
        return SLUICE_E_INVALID;
    return ctx->request->serve_begin(static_cast<int>(http_status), view(content_type));
}

sluice_status serveWrite(sluice_ctx* ctx, sluice_str bytes) {
    if (!ctx->request->serve_write) return SLUICE_E_UNSUPPORTED;
    const WaitMark mark(ctx);
    return ctx->request->serve_write(view(bytes));
}

}  // namespace

const sluice_host_attempt kHostAttempt{sizeof(sluice_host_attempt),
                                       0,
                                       checked<text>,
                                       checked<number>,
                                       checked<setPath>,
                                       checked<header>,
                                       checked<setHeader>,
                                       checked<removeHeader>,
                                       checked<member>,
                                       checked<setMember>,
                                       checked<removeMember>,
                                       checked<body>,
                                       checked<setBody>,
                                       checked<figure>,
                                       checked<setCost>};
const sluice_host_response kHostResponse{sizeof(sluice_host_response),
                                         0,
                                         checked<status>,
                                         checked<responseHeader>,
                                         checked<setResponseHeader>,
                                         checked<removeResponseHeader>,
                                         checked<responseBody>,
                                         checked<setResponseBody>,
                                         checked<laneText>};
const sluice_host_serve kHostServe{sizeof(sluice_host_serve), 0, checked<serveBegin>, checked<serveWrite>};

}  // namespace sluice::host
