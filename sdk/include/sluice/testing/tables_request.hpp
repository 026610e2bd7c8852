// sluice.host.request/1, sluice.host.reply/1 and sluice.host.attributes/1 over a scripted request.
#pragma once

#include <sluice/testing/request_data.hpp>

namespace sluice::testing::tables {

inline bool headEditable(const Context& c) {
    return c.phase >= Phase::OnRequest && c.phase <= Phase::PreCall;
}
inline bool bodyReadable(const Context& c) { return c.phase >= Phase::PreCall; }
inline bool bodyEditable(const Context& c) { return c.phase == Phase::PreCall; }

// Lends what was found.
inline sluice_status give(Context& c, std::optional<std::string_view> found, sluice_str* out) {
    if (!found) return SLUICE_E_NOT_FOUND;
    *out = c.lend(*found);
    return SLUICE_OK;
}
inline sluice_status orElse(bool done, sluice_status otherwise) { return done ? SLUICE_OK : otherwise; }

inline sluice_str requestText(sluice_ctx* ctx, uint32_t what) {
    Context& c = contextOf(ctx);
    const RequestData& r = *c.request;
    const std::string* const texts[] = {&r.method,
                                        &r.path,
                                        &r.query,
                                        &r.route,
                                        &r.model,
                                        &r.call_id,
                                        &r.client,
                                        &r.identity.tenant,
                                        &r.identity.key_id,
                                        &r.identity.user,
                                        &r.identity.team,
                                        &r.identity.end_user,
                                        &r.identity.organization};
    if (what == SLUICE_REQUEST_ADMIN) return str(r.identity.admin ? "1" : "");
    if (what >= sizeof texts / sizeof *texts) return {nullptr, 0};
    // The model stands in the body, which is not there earlier.
    if (what == SLUICE_REQUEST_MODEL && !bodyReadable(c)) return {nullptr, 0};
    return c.lend(*texts[what]);
}
inline sluice_status requestHeader(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    Context& c = contextOf(ctx);
    return give(c, c.request->fields.find(view(name)), value);
}
inline sluice_status requestHeaderAt(sluice_ctx* ctx, uint32_t i, sluice_str* name, sluice_str* value) {
    Context& c = contextOf(ctx);
    const auto& list = c.request->fields.list();
    if (i >= list.size()) return SLUICE_E_NOT_FOUND;
    *name = c.lend(list[i].first);
    *value = c.lend(list[i].second);
    return SLUICE_OK;
}
inline sluice_status requestSetHeader(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    Context& c = contextOf(ctx);
    if (!headEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->fields.set(view(name), view(value)), SLUICE_E_INVALID);
}
inline sluice_status requestRemoveHeader(sluice_ctx* ctx, sluice_str name) {
    Context& c = contextOf(ctx);
    if (!headEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->fields.remove(view(name)), SLUICE_E_NOT_FOUND);
}
inline int32_t requestStream(sluice_ctx* ctx) {
    Context& c = contextOf(ctx);
    return bodyReadable(c) && c.request->stream ? 1 : 0;
}
inline sluice_str requestBody(sluice_ctx* ctx) {
    Context& c = contextOf(ctx);
    return bodyReadable(c) ? c.lend(c.request->body.text()) : sluice_str{nullptr, 0};
}
inline sluice_status requestSetBody(sluice_ctx* ctx, sluice_str text) {
    Context& c = contextOf(ctx);
    if (!bodyEditable(c)) return SLUICE_E_UNSUPPORTED;
    JsonObject fresh;
    fresh.assign(view(text));
    if (c.request->body.object() && !fresh.object()) return SLUICE_E_INVALID;
    c.request->body = std::move(fresh);
    return SLUICE_OK;
}
inline sluice_status requestMember(sluice_ctx* ctx, sluice_str name, sluice_str* json) {
    Context& c = contextOf(ctx);
    return bodyReadable(c) ? give(c, c.request->body.member(view(name)), json) : SLUICE_E_UNSUPPORTED;
}
inline sluice_status requestSetMember(sluice_ctx* ctx, sluice_str name, sluice_str json) {
    Context& c = contextOf(ctx);
    if (!bodyEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->body.set(view(name), view(json)), SLUICE_E_INVALID);
}
inline sluice_status requestRemoveMember(sluice_ctx* ctx, sluice_str name) {
    Context& c = contextOf(ctx);
    if (!bodyEditable(c)) return SLUICE_E_UNSUPPORTED;
    return orElse(c.request->body.remove(view(name)), SLUICE_E_NOT_FOUND);
}
inline sluice_status requestSetModel(sluice_ctx* ctx, sluice_str model) {
    Context& c = contextOf(ctx);
    if (!bodyEditable(c)) return SLUICE_E_UNSUPPORTED;
    if (model.len == 0) return SLUICE_E_INVALID;
    c.request->model = view(model);
    return SLUICE_OK;
}
inline uint64_t requestRemainingMs(sluice_ctx* ctx) {
    const RequestData& r = *contextOf(ctx).request;
    const int64_t now = r.host.wallMs();
    return r.deadline_ms > now ? static_cast<uint64_t>(r.deadline_ms - now) : 0;
}
inline int32_t requestCancelled(sluice_ctx* ctx) { return contextOf(ctx).request->cancelled ? 1 : 0; }

inline sluice_status replyRespond(sluice_ctx* ctx, uint32_t status, sluice_str content_type,
                                  sluice_str body) {
    if (status < 200 || status > 599 || !isFieldValue(view(content_type))) return SLUICE_E_INVALID;
    contextOf(ctx).request->reply = {true, status, std::string(view(content_type)), std::string(view(body))};
    return SLUICE_OK;
}
inline sluice_status replyBlock(sluice_ctx* ctx, const sluice_block* why) {
    if (!why || why->size < sizeof *why) return SLUICE_E_INVALID;
    if (why->http_status != 0 && (why->http_status < 400 || why->http_status > 599)) return SLUICE_E_INVALID;
    const auto text = [](sluice_str s) { return std::string(view(s)); };
    contextOf(ctx).request->block = {
        why->http_status,           text(why->code),    text(why->type), text(why->public_message),
        text(why->internal_reason), text(why->category)};
    return SLUICE_OK;
}
inline sluice_status replyNotScanned(sluice_ctx* ctx, sluice_str reason) {
    contextOf(ctx).request->not_scanned = view(reason);
    return SLUICE_OK;
}
inline sluice_status replyFailed(sluice_ctx* ctx, sluice_str reason) {
    contextOf(ctx).request->failed = view(reason);
    return SLUICE_OK;
}
inline sluice_status replyIdentify(sluice_ctx* ctx, const sluice_identity* who) {
    Context& c = contextOf(ctx);
    if (c.phase != Phase::Authenticate) return SLUICE_E_UNSUPPORTED;
    if (!who || who->size < sizeof *who || who->key_id.len == 0) return SLUICE_E_INVALID;
    const auto text = [](sluice_str s) { return std::string(view(s)); };
    c.request->identity = {text(who->key_id),    text(who->tenant),
                           text(who->user),      text(who->team),
                           text(who->end_user),  (who->flags & SLUICE_IDENTITY_ADMIN) != 0,
                           text(who->key_alias), text(who->organization)};
    c.request->identified = true;
    return SLUICE_OK;
}

inline sluice_status attributeGet(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    Context& c = contextOf(ctx);
    const auto found = c.request->attributes.find(view(name));
    if (found == c.request->attributes.end()) return SLUICE_E_NOT_FOUND;
    *value = c.lend(found->second);
    return SLUICE_OK;
}
inline sluice_status attributeSet(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    auto& all = contextOf(ctx).request->attributes;
    if (name.len == 0) return SLUICE_E_INVALID;
    if (all.size() >= 64 && all.find(view(name)) == all.end()) return SLUICE_E_LIMIT;
    all[std::string(view(name))] = view(value);
    return SLUICE_OK;
}

inline const sluice_host_request kRequest{sizeof(sluice_host_request),
                                          0,
                                          requestText,
                                          requestHeader,
                                          requestHeaderAt,
                                          requestSetHeader,
                                          requestRemoveHeader,
                                          requestStream,
                                          requestBody,
                                          requestSetBody,
                                          requestMember,
                                          requestSetMember,
                                          requestRemoveMember,
                                          requestSetModel,
                                          requestRemainingMs,
                                          requestCancelled};
inline sluice_status replySetEndUser(sluice_ctx* ctx, sluice_str end_user) {
    Context& c = contextOf(ctx);
    if (c.phase != Phase::Authenticate && c.phase != Phase::Authorize && c.phase != Phase::PreCall)
        return SLUICE_E_UNSUPPORTED;
    c.request->identity.end_user = view(end_user);
    return SLUICE_OK;
}

inline sluice_status replyFromCache(sluice_ctx* ctx, const sluice_from_cache* source) {
    Context& c = contextOf(ctx);
    if (c.phase != Phase::CacheLookup) return SLUICE_E_UNSUPPORTED;
    if (!source || source->size < sizeof *source) return SLUICE_E_INVALID;
    c.request->cached = {true,
                         std::string(view(source->key)),
                         source->age_ms,
                         source->saved_pico_usd,
                         source->prompt_tokens,
                         source->completion_tokens};
    return SLUICE_OK;
}
inline sluice_status replyKeepAnswer(sluice_ctx* ctx, uint64_t max_bytes) {
    Context& c = contextOf(ctx);
    if (c.phase != Phase::CacheLookup || !SLUICE_HAS(c.plugin->hooks, on_answer)) return SLUICE_E_UNSUPPORTED;
    c.request->keep_answer_max = max_bytes;
    return SLUICE_OK;
}

inline const sluice_host_reply kReply{sizeof(sluice_host_reply),
                                      0,
                                      replyRespond,
                                      replyBlock,
                                      replyNotScanned,
                                      replyIdentify,
                                      replyFailed,
                                      replySetEndUser,
                                      replyFromCache,
                                      replyKeepAnswer};
inline const sluice_host_attributes kAttributes{sizeof(sluice_host_attributes), 0, attributeGet,
                                                attributeSet};

// --- sluice.host.guard/1 ---

inline uint32_t guardModes(sluice_ctx* ctx) { return contextOf(ctx).request->guard_modes; }
inline sluice_str guardName(const sluice_host* host) { return str(handleOf(host).host->guardrail_name); }
inline sluice_str guardWishes(sluice_ctx* ctx) {
    Context& c = contextOf(ctx);
    return c.lend(c.request->guard_wishes);
}
inline sluice_status guardReport(sluice_ctx* ctx, sluice_str json) {
    contextOf(ctx).request->guard_report = view(json);
    return SLUICE_OK;
}

// --- sluice.host.guardrails/1: a gateway without guardrails ---

inline sluice_str guardrailsList(sluice_ctx* ctx) { return contextOf(ctx).lend("[]"); }
inline sluice_status guardrailsApply(sluice_ctx*, sluice_str, int32_t, sluice_str, sluice_guard_result*) {
    return SLUICE_E_NOT_FOUND;
}

inline const sluice_host_guardrails kGuardrails{sizeof(sluice_host_guardrails), 0, guardrailsList,
                                                guardrailsApply};
inline const sluice_host_guard kGuard{
    sizeof(sluice_host_guard), 0, guardModes, guardName, guardWishes, guardReport};

}  // namespace sluice::testing::tables
