// sluice.host.request/1 and sluice.host.reply/1: reading and changing the client's request, and answering it.
#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

bool headEditable(const sluice_ctx* ctx) {
    return ctx->phase >= Phase::OnRequest && ctx->phase <= Phase::PreCall;
}
bool bodyReadable(const sluice_ctx* ctx) { return ctx->phase >= Phase::PreCall; }
bool bodyEditable(const sluice_ctx* ctx) { return ctx->phase == Phase::PreCall; }

// The body is changed as a whole or by member: the texts that were found in it are others afterwards.
struct BodyEdit {
    explicit BodyEdit(sluice_ctx* ctx) : request(*ctx->request) { request.contents.settle(request); }
    ~BodyEdit() { request.contents.forgetRequest(); }
    RequestState& request;
};

sluice_str text(sluice_ctx* ctx, uint32_t what) {
    const RequestState& r = *ctx->request;
    switch (what) {
        case SLUICE_REQUEST_METHOD:
            return str(r.head->method);
        case SLUICE_REQUEST_PATH:
            return str(r.head->path);
        case SLUICE_REQUEST_QUERY:
            return str(r.head->query);
        case SLUICE_REQUEST_ROUTE:
            return str(r.route);
        case SLUICE_REQUEST_MODEL:
            return str(r.model);
        case SLUICE_REQUEST_CALL_ID:
            return str(r.call_id);
        case SLUICE_REQUEST_CLIENT:
            return str(r.client_address);
        case SLUICE_REQUEST_TENANT:
            return str(r.identity.tenant);
        case SLUICE_REQUEST_KEY_ID:
            return str(r.identity.key_id);
        case SLUICE_REQUEST_USER:
            return str(r.identity.user);
        case SLUICE_REQUEST_TEAM:
            return str(r.identity.team);
        case SLUICE_REQUEST_ORGANIZATION:
            return str(r.identity.organization);
        case SLUICE_REQUEST_ADMIN:
            return str(r.identity.admin ? "1" : "");
        case SLUICE_REQUEST_END_USER:
            return str(r.identity.end_user);
        default:
            return {nullptr, 0};
    }
}

sluice_status header(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    const auto found = ctx->request->head->fields.find(view(name));
    if (!found) return SLUICE_E_NOT_FOUND;
    *value = str(*found);
    return SLUICE_OK;
}

sluice_status headerAt(sluice_ctx* ctx, uint32_t i, sluice_str* name, sluice_str* value) {
    const auto& fields = ctx->request->head->fields;
    if (i >= fields.size()) return SLUICE_E_NOT_FOUND;
    *name = str(fields[i].name);
    *value = str(fields[i].value);
    return SLUICE_OK;
}

sluice_status setHeader(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    if (!headEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (!ctx->request->head->fields.set(view(name), view(value))) return SLUICE_E_INVALID;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status removeHeader(sluice_ctx* ctx, sluice_str name) {
    if (!headEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (ctx->request->head->fields.remove(view(name)) == 0) return SLUICE_E_NOT_FOUND;
    ++ctx->request->edits;
    return SLUICE_OK;
}

int32_t stream(sluice_ctx* ctx) { return ctx->request->stream ? 1 : 0; }

sluice_str body(sluice_ctx* ctx) {
    if (!bodyReadable(ctx)) return {nullptr, 0};
    ctx->request->contents.settle(*ctx->request);
    return ctx->lend(ctx->request->body.flattened());
}

sluice_status setBody(sluice_ctx* ctx, sluice_str text) {
    if (!bodyEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    const BodyEdit edit(ctx);
    if (!ctx->request->body.replace(std::string(view(text)))) return SLUICE_E_INVALID;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status member(sluice_ctx* ctx, sluice_str name, sluice_str* json) {
    if (!bodyReadable(ctx)) return SLUICE_E_UNSUPPORTED;
    ctx->request->contents.settle(*ctx->request);
    const auto found = ctx->request->body.member(view(name));
    if (!found) return SLUICE_E_NOT_FOUND;
    *json = str(*found);
    return SLUICE_OK;
}

sluice_status setMember(sluice_ctx* ctx, sluice_str name, sluice_str json) {
    if (!bodyEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    const BodyEdit edit(ctx);
    if (!ctx->request->body.set(view(name), view(json))) return SLUICE_E_INVALID;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status removeMember(sluice_ctx* ctx, sluice_str name) {
    if (!bodyEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    const BodyEdit edit(ctx);
    if (!ctx->request->body.remove(view(name))) return SLUICE_E_NOT_FOUND;
    ++ctx->request->edits;
    return SLUICE_OK;
}

sluice_status setModel(sluice_ctx* ctx, sluice_str model) {
    if (!bodyEditable(ctx)) return SLUICE_E_UNSUPPORTED;
    if (onlyCounted(ctx)) return SLUICE_OK;
    if (view(model).empty()) return SLUICE_E_INVALID;
    ctx->request->model = view(model);
    ++ctx->request->edits;
    return SLUICE_OK;
}

uint64_t remainingMs(sluice_ctx* ctx) {
    const auto left = ctx->hook_deadline - base::Clock::now();
    if (left.count() <= 0) return 0;
    return static_cast<uint64_t>(std::chrono::duration_cast<base::milliseconds>(left).count());
}

// Whether the client is there is the loop's to know.
int32_t cancelled(sluice_ctx* ctx) {
    if (ctx->offloaded) return 0;
    return ctx->request->cancelled && ctx->request->cancelled() ? 1 : 0;
}

// --- replies ---

sluice_status respond(sluice_ctx* ctx, uint32_t status, sluice_str content_type, sluice_str text) {
    if (status < 200 || status > 599 || !http::isFieldValue(view(content_type))) return SLUICE_E_INVALID;
    ctx->request->reply = {true, static_cast<int>(status), std::string(view(content_type)),
                           std::string(view(text))};
    return SLUICE_OK;
}

sluice_status fromCache(sluice_ctx* ctx, const sluice_from_cache* source) {
    if (ctx->phase != Phase::CacheLookup) return SLUICE_E_UNSUPPORTED;
    if (!source || !SLUICE_REACHES(source, completion_tokens)) return SLUICE_E_INVALID;
    ctx->request->from_cache = {std::string(view(source->key)), source->age_ms, source->saved_pico_usd,
                                source->prompt_tokens, source->completion_tokens};
    return SLUICE_OK;
}

sluice_status keepAnswer(sluice_ctx* ctx, uint64_t max_bytes) {
    const bool may = ctx->phase == Phase::CacheLookup && SLUICE_HAS(ctx->instance->hooks(), on_answer);
    if (!may) return SLUICE_E_UNSUPPORTED;
    ctx->request->answer_wishes.push_back({ctx->instance, max_bytes});
    return SLUICE_OK;
}

sluice_status block(sluice_ctx* ctx, const sluice_block* reason) {
    if (!reason || !SLUICE_REACHES(reason, category)) return SLUICE_E_INVALID;
    if (reason->http_status != 0 && (reason->http_status < 400 || reason->http_status > 599))
        return SLUICE_E_INVALID;
    Block& b = ctx->request->block;
    b = {false,
         static_cast<int>(reason->http_status),
         std::string(view(reason->code)),
         std::string(view(reason->type)),
         std::string(view(reason->public_message)),
         std::string(view(reason->internal_reason)),
         std::string(view(reason->category)),
         ""};
    return SLUICE_OK;
}

sluice_status notScanned(sluice_ctx* ctx, sluice_str reason) {
    ctx->request->not_scanned = view(reason);
    return SLUICE_OK;
}

sluice_status failedBecause(sluice_ctx* ctx, sluice_str reason) {
    ctx->request->failed = view(reason);
    return SLUICE_OK;
}

sluice_status identify(sluice_ctx* ctx, const sluice_identity* who) {
    if (ctx->phase != Phase::Authenticate) return SLUICE_E_UNSUPPORTED;
    if (!who || !SLUICE_REACHES(who, end_user) || view(who->key_id).empty()) return SLUICE_E_INVALID;
    const auto text = [](sluice_str s) { return std::string(view(s)); };
    ctx->request->identity = {true,
                              (who->flags & SLUICE_IDENTITY_ADMIN) != 0,
                              text(who->key_id),
                              text(who->key_alias),
                              text(who->tenant),
                              text(who->user),
                              text(who->team),
                              text(who->organization),
                              text(who->end_user)};
    return SLUICE_OK;
}

sluice_status setEndUser(sluice_ctx* ctx, sluice_str end_user) {
    const bool early =
        ctx->phase == Phase::Authenticate || ctx->phase == Phase::Authorize || ctx->phase == Phase::PreCall;
    if (!early) return SLUICE_E_UNSUPPORTED;
    ctx->request->identity.end_user = view(end_user);
    return SLUICE_OK;
}

}  // namespace

const sluice_host_request kHostRequest{sizeof(sluice_host_request),
                                       0,
                                       checked<text>,
                                       checked<header>,
                                       checked<headerAt>,
                                       checked<setHeader>,
                                       checked<removeHeader>,
                                       checked<stream>,
                                       checked<body>,
                                       checked<setBody>,
                                       checked<member>,
                                       checked<setMember>,
                                       checked<removeMember>,
                                       checked<setModel>,
                                       checked<remainingMs>,
                                       checked<cancelled>};
const sluice_host_reply kHostReply{sizeof(sluice_host_reply), 0,
                                   checked<respond>,          checked<block>,
                                   checked<notScanned>,       checked<identify>,
                                   checked<failedBecause>,    checked<setEndUser>,
                                   checked<fromCache>,        checked<keepAnswer>};

}  // namespace sluice::host
