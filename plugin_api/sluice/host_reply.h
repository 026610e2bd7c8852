/* sluice.host.reply/1: what a hook says besides its verdict. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_REPLY_ID "sluice.host.reply/1"

/* Why a request is refused. The public part goes to the client in its dialect's error shape, the internal
 * part to the record only. */
typedef struct sluice_block {
    uint32_t size;
    uint32_t http_status; /* 400 to 599; 0 = 400, or 401 for DENY in authenticate, 403 in authorize */
    sluice_str code;      /* error.code, for example "content_blocked"; empty = the status */
    sluice_str type;      /* error.type, for example "auth_error"; empty = by status */
    sluice_str public_message;
    sluice_str internal_reason;
    sluice_str category; /* for example "pii"; empty if none */
} sluice_block;

/* Who the caller is. Everything may be empty but key_id. */
typedef struct sluice_identity {
    uint32_t size;
    uint32_t flags;    /* SLUICE_IDENTITY_* */
    sluice_str key_id; /* hash of the key, never the key */
    sluice_str key_alias;
    sluice_str tenant; /* what scopes and policies are bound to */
    sluice_str user;
    sluice_str team;
    sluice_str organization;
    sluice_str end_user;
} sluice_identity;
#define SLUICE_IDENTITY_ADMIN 1u /* the master key: exempt from limits, may use admin routes */

/* Where an answer comes from that no provider was asked for now. All of it goes to the record. */
typedef struct sluice_from_cache {
    uint32_t size;
    uint32_t reserved;
    sluice_str key;         /* under which it was kept */
    int64_t age_ms;         /* since it was put there */
    int64_t saved_pico_usd; /* what it cost then, in 1e-12 USD; negative: nobody knows */
    uint64_t prompt_tokens; /* as the provider counted them then */
    uint64_t completion_tokens;
} sluice_from_cache;

typedef struct sluice_host_reply {
    uint32_t size;
    uint32_t reserved;
    /* The answer for RESPOND. The response phases still run over it; on_stream too if the client asked for a
     * stream and `content_type` is "text/event-stream". [loop] */
    sluice_status (*respond)(sluice_ctx* ctx, uint32_t http_status, sluice_str content_type, sluice_str body);
    /* The reason for BLOCK and DENY. [loop] */
    sluice_status (*block)(sluice_ctx* ctx, const sluice_block* reason);
    /* The reason for NOT_SCANNED: "timeout", "too_large", "unsupported_lane", … [loop] */
    sluice_status (*not_scanned)(sluice_ctx* ctx, sluice_str reason);
    /* The caller, for IDENTIFIED. [loop] */
    sluice_status (*identify)(sluice_ctx* ctx, const sluice_identity* identity);
    /* Optional (SLUICE_HAS): the reason for FAILED, for the log and the record. [loop] */
    sluice_status (*failed)(sluice_ctx* ctx, sluice_str reason);
    /* --- since ABI 1.2 --- */
    /* On whose behalf the caller asks, which may stand in the body: in authenticate, authorize and pre_call.
     * [loop] */
    sluice_status (*set_end_user)(sluice_ctx* ctx, sluice_str end_user);
    /* Goes with respond() in cache_lookup. The request costs nothing then, and its record says so. [loop] */
    sluice_status (*from_cache)(sluice_ctx* ctx, const sluice_from_cache* source);
    /* In cache_lookup: the calling instance wants the upstream's answer in on_answer, if it is no larger than
     * `max_bytes`. SLUICE_E_UNSUPPORTED elsewhere, and without an on_answer. [loop] */
    sluice_status (*keep_answer)(sluice_ctx* ctx, uint64_t max_bytes);
} sluice_host_reply;

#ifdef __cplusplus
}
#endif
