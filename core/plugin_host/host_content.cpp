// sluice.host.content/1: the texts of a request and of an answer, whatever their dialect.
#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

llm::Content* sideOf(sluice_ctx* ctx, int32_t side) {
    RequestState& request = *ctx->request;
    if (side == SLUICE_CONTENT_REQUEST && ctx->phase >= Phase::PreCall)
        return &request.contents.ofRequest(request);
    if (side == SLUICE_CONTENT_RESPONSE && ctx->phase == Phase::PostCall)
        return &request.contents.ofAnswer(request);
    return nullptr;
}

sluice_status count(sluice_ctx* ctx, int32_t side, uint32_t* count) {
    const auto* content = sideOf(ctx, side);
    if (!content) return SLUICE_E_UNSUPPORTED;
    *count = static_cast<uint32_t>(content->size());
    return SLUICE_OK;
}

sluice_status at(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_text* out) {
    auto* content = sideOf(ctx, side);
    if (!content) return SLUICE_E_UNSUPPORTED;
    if (!out || !SLUICE_REACHES(out, where)) return SLUICE_E_INVALID;
    if (i >= content->size()) return SLUICE_E_NOT_FOUND;
    const auto& info = content->info(i);
    const bool edits = side == SLUICE_CONTENT_REQUEST ? ctx->phase == Phase::PreCall : true;
    out->lane = info.lane;
    out->role = static_cast<uint32_t>(info.role);
    const bool sent = side == SLUICE_CONTENT_RESPONSE && ctx->request->response.streamed;
    out->flags = (info.opaque ? SLUICE_TEXT_OPAQUE : 0u) |
                 (info.read_only || !edits ? SLUICE_TEXT_READ_ONLY : 0u) | (sent ? SLUICE_TEXT_SENT : 0u);
    out->message = info.message;
    out->text = str(content->text(i));
    out->where = str(info.where);
    return SLUICE_OK;
}

sluice_status replace(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_str text) {
    auto* content = sideOf(ctx, side);
    if (!content || (side == SLUICE_CONTENT_REQUEST && ctx->phase != Phase::PreCall))
        return SLUICE_E_UNSUPPORTED;
    if (i >= content->size()) return SLUICE_E_NOT_FOUND;
    if (onlyCounted(ctx)) return SLUICE_OK;
    const auto done = content->replace(i, view(text));
    if (!done) {
        return done.error().code == base::Code::Unsupported ? SLUICE_E_UNSUPPORTED : SLUICE_E_INVALID;
    }
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status raw(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_str* bytes) {
    if (!ctx->instance->has("raw_bytes")) return SLUICE_E_DENIED;
    const auto* content = sideOf(ctx, side);
    if (!content) return SLUICE_E_UNSUPPORTED;
    if (i >= content->size()) return SLUICE_E_NOT_FOUND;
    *bytes = str(content->raw(i));
    return SLUICE_OK;
}

}  // namespace

const sluice_host_content kHostContent{
    sizeof(sluice_host_content), 0, checked<count>, checked<at>, checked<replace>, checked<raw>};

}  // namespace sluice::host
