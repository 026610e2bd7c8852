// sluice.host.attempt/1, sluice.host.response/1 and sluice.host.serve/1 over a scripted request.
#pragma once

#include <sluice/testing/tables_request.hpp>

namespace sluice::testing::tables {

inline bool attemptEditable(const Context& c) { return c.phase == Phase::OnUpstreamRequest; }

inline sluice_str attemptText(sluice_ctx* ctx, uint32_t what) {
    Context& c = contextOf(ctx);
    const AttemptData& a = c.request->attempt;
    const std::string* const texts[] = {&a.deployment_id, &a.model, &a.provider, &a.path, &a.error};
    return what < sizeof texts / sizeof *texts ? c.lend(*texts[what]) : sluice_str{nullptr, 0};
}
inline int64_t attemptFigure(sluice_ctx* ctx, uint32_t what) {
    const auto& figures = contextOf(ctx).request->attempt.figures;
    const auto found = figures.find(what);
    return found == figures.end() ? -1 : found->second;
}
inline sluice_status attemptSetCost(sluice_ctx* ctx, int64_t pico_usd) {
    Context& c = contextOf(ctx);
    if (c.phase != Phase::OnAttemptEnd) return SLUICE_E_UNSUPPORTED;
    if (pico_usd < 0) return SLUICE_E_INVALID;
    c.request->attempt.cost_pico_usd = pico_usd;
    return SLUICE_OK;
}
inline uint32_t attemptNumber(sluice_ctx* ctx) { return contextOf(ctx).request->attempt.number; }
inline sluice_status attemptSetPath(sluice_ctx* ctx, sluice_str path) {
    Context& c = contextOf(ctx);
    if (!attemptEditable(c)) return SLUICE_E_UNSUPPORTED;
    const auto text = view(path);
    const bool visible = std::all_of(text.begin(), text.end(), [](char ch) {
        return static_cast<unsigned char>(ch) > 0x20 && ch != 0x7f && ch != '#';
    });
    if (text.empty() || text[0] != '/' || !visible) return SLUICE_E_INVALID;
    c.request->attempt.path = text;
    return SLUICE_OK;
}
inline sluice_status attemptHeader(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    Context& c = contextOf(ctx);
    return give(c, c.request->attempt.fields.find(view(name)), value);
}
inline sluice_status attemptSetHeader(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    Context& c = contextOf(ctx);
    if (!attemptEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->attempt.fields.set(view(name), view(value)), SLUICE_E_INVALID);
}
inline sluice_status attemptRemoveHeader(sluice_ctx* ctx, sluice_str name) {
    Context& c = contextOf(ctx);
    if (!attemptEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->attempt.fields.remove(view(name)), SLUICE_E_NOT_FOUND);
}
inline sluice_status attemptMember(sluice_ctx* ctx, sluice_str name, sluice_str* json) {
    Context& c = contextOf(ctx);
    return give(c, c.request->attempt.body.member(view(name)), json);
}
inline sluice_status attemptSetMember(sluice_ctx* ctx, sluice_str name, sluice_str json) {
    Context& c = contextOf(ctx);
    if (!attemptEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->attempt.body.set(view(name), view(json)), SLUICE_E_INVALID);
}
inline sluice_status attemptRemoveMember(sluice_ctx* ctx, sluice_str name) {
    Context& c = contextOf(ctx);
    if (!attemptEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->attempt.body.remove(view(name)), SLUICE_E_NOT_FOUND);
}
inline sluice_str attemptBody(sluice_ctx* ctx) {
    Context& c = contextOf(ctx);
    return c.lend(c.request->attempt.body.text());
}
inline sluice_status attemptSetBody(sluice_ctx* ctx, sluice_str text) {
    Context& c = contextOf(ctx);
    if (!attemptEditable(c)) return SLUICE_E_UNSUPPORTED;
    JsonObject fresh;
    fresh.assign(view(text));
    if (c.request->attempt.body.object() && !fresh.object()) return SLUICE_E_INVALID;
    c.request->attempt.body = std::move(fresh);
    return SLUICE_OK;
}

inline bool answerEditable(const Context& c) {
    return c.phase == Phase::OnUpstreamResponse || c.phase == Phase::OnResponse;
}
inline uint32_t answerStatus(sluice_ctx* ctx) { return contextOf(ctx).request->answer.status; }
inline sluice_status answerHeader(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    Context& c = contextOf(ctx);
    return give(c, c.request->answer.fields.find(view(name)), value);
}
inline sluice_status answerSetHeader(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    Context& c = contextOf(ctx);
    if (!answerEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->answer.fields.set(view(name), view(value)), SLUICE_E_INVALID);
}
inline sluice_status answerRemoveHeader(sluice_ctx* ctx, sluice_str name) {
    Context& c = contextOf(ctx);
    if (!answerEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->answer.fields.remove(view(name)), SLUICE_E_NOT_FOUND);
}
inline sluice_str answerBody(sluice_ctx* ctx) {
    Context& c = contextOf(ctx);
    return c.phase == Phase::PostCall ? c.lend(c.request->answer.body) : sluice_str{nullptr, 0};
}
inline sluice_status answerSetBody(sluice_ctx* ctx, sluice_str body) {
    Context& c = contextOf(ctx);
    if (c.phase != Phase::PostCall || c.request->stream) return SLUICE_E_UNSUPPORTED;
    c.request->answer.body = view(body);
    return SLUICE_OK;
}
inline sluice_str answerLaneText(sluice_ctx* ctx, uint32_t lane) {
    Context& c = contextOf(ctx);
    const auto found = c.request->answer.lanes.find(lane);
    if (c.phase != Phase::PostCall || found == c.request->answer.lanes.end()) return {nullptr, 0};
    return c.lend(found->second);
}

inline sluice_status serveBegin(sluice_ctx* ctx, uint32_t status, sluice_str content_type) {
    RequestData& r = *contextOf(ctx).request;
    if (!r.serving || r.served.begun) return SLUICE_E_UNSUPPORTED;
    if (status < 200 || status > 599 || !isFieldValue(view(content_type))) return SLUICE_E_INVALID;
    r.served = {true, status, std::string(view(content_type)), {}};
    return SLUICE_OK;
}
inline sluice_status serveWrite(sluice_ctx* ctx, sluice_str bytes) {
    RequestData& r = *contextOf(ctx).request;
    if (!r.serving || !r.served.begun) return SLUICE_E_UNSUPPORTED;
    if (r.cancelled) return SLUICE_E_CANCELLED;
    r.served.body += view(bytes);
    return SLUICE_OK;
}

inline const sluice_host_attempt kAttempt{sizeof(sluice_host_attempt),
                                          0,
                                          attemptText,
                                          attemptNumber,
                                          attemptSetPath,
                                          attemptHeader,
                                          attemptSetHeader,
                                          attemptRemoveHeader,
                                          attemptMember,
                                          attemptSetMember,
                                          attemptRemoveMember,
                                          attemptBody,
                                          attemptSetBody,
                                          attemptFigure,
                                          attemptSetCost};
inline const sluice_host_response kResponse{
    sizeof(sluice_host_response), 0,          answerStatus,  answerHeader,  answerSetHeader,
    answerRemoveHeader,           answerBody, answerSetBody, answerLaneText};
inline const sluice_host_serve kServe{sizeof(sluice_host_serve), 0, serveBegin, serveWrite};

}  // namespace sluice::testing::tables
