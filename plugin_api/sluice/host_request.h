/* sluice.host.request/1: the client's request. Strings are valid until the hook returns; those that show a
 * field, a member or the model only until the hook changes that one. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_REQUEST_ID "sluice.host.request/1"

/* What text() can be asked for. Empty if not known in this phase. */
#define SLUICE_REQUEST_METHOD 0
#define SLUICE_REQUEST_PATH 1 /* without the query */
#define SLUICE_REQUEST_QUERY 2
#define SLUICE_REQUEST_ROUTE 3 /* "chat", "completions", "embeddings", "responses", "messages", … */
#define SLUICE_REQUEST_MODEL \
    4 /* model group as the client named it, or as set_model changed it; from pre_call on */
#define SLUICE_REQUEST_CALL_ID 5
#define SLUICE_REQUEST_CLIENT 6 /* address of the peer */
#define SLUICE_REQUEST_TENANT 7 /* from authenticate on, also the next four */
#define SLUICE_REQUEST_KEY_ID 8
#define SLUICE_REQUEST_USER 9
#define SLUICE_REQUEST_TEAM 10
#define SLUICE_REQUEST_END_USER 11
#define SLUICE_REQUEST_ORGANIZATION 12
#define SLUICE_REQUEST_ADMIN 13 /* "1" for a caller with SLUICE_IDENTITY_ADMIN */

typedef struct sluice_host_request {
    uint32_t size;
    uint32_t reserved;
    sluice_str (*text)(sluice_ctx* ctx, uint32_t what); /* [loop] */
    /* First field of that name (any case), or SLUICE_E_NOT_FOUND. [loop] */
    sluice_status (*header)(sluice_ctx* ctx, sluice_str name, sluice_str* value);
    /* Field i, in wire order; SLUICE_E_NOT_FOUND past the end. [loop] */
    sluice_status (*header_at)(sluice_ctx* ctx, uint32_t i, sluice_str* name, sluice_str* value);
    /* Replace or add, or remove all of that name. SLUICE_E_INVALID for what cannot stand in a head. [loop] */
    sluice_status (*set_header)(sluice_ctx* ctx, sluice_str name, sluice_str value);
    sluice_status (*remove_header)(sluice_ctx* ctx, sluice_str name);
    /* 1 if the client asked for a stream; from pre_call on. [loop] */
    int32_t (*stream)(sluice_ctx* ctx);
    /* The body as it will go on, edits included; from pre_call on. [loop] */
    sluice_str (*body)(sluice_ctx* ctx);
    sluice_status (*set_body)(sluice_ctx* ctx, sluice_str body);
    /* A top-level member of a JSON body as JSON text, or SLUICE_E_NOT_FOUND. [loop] */
    sluice_status (*member)(sluice_ctx* ctx, sluice_str name, sluice_str* json);
    /* Replaces or adds one, or removes it; every other byte of the body stays as it is. `json` must be valid
     * JSON. [loop] */
    sluice_status (*set_member)(sluice_ctx* ctx, sluice_str name, sluice_str json);
    sluice_status (*remove_member)(sluice_ctx* ctx, sluice_str name);
    /* Continue as if the client had named this model group; up to pre_call. [loop] */
    sluice_status (*set_model)(sluice_ctx* ctx, sluice_str model);
    /* Milliseconds until the request's deadline; never negative. [loop] */
    uint64_t (*remaining_ms)(sluice_ctx* ctx);
    /* 1 once the client has left. [loop] */
    int32_t (*cancelled)(sluice_ctx* ctx);
} sluice_host_request;

#ifdef __cplusplus
}
#endif
