/* sluice.host.attempt/1: one attempt at one deployment, from on_upstream_request to on_attempt_end and in a
 * provider's prepare and serve. Strings are valid until the hook returns. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_ATTEMPT_ID "sluice.host.attempt/1"

#define SLUICE_ATTEMPT_DEPLOYMENT_ID 0
#define SLUICE_ATTEMPT_MODEL 1 /* the provider's model name */
#define SLUICE_ATTEMPT_PROVIDER 2
#define SLUICE_ATTEMPT_PATH 3  /* request target at the upstream */
#define SLUICE_ATTEMPT_ERROR 4 /* on_attempt_end: what went wrong, empty if nothing */

typedef struct sluice_host_attempt {
    uint32_t size;
    uint32_t reserved;
    sluice_str (*text)(sluice_ctx* ctx, uint32_t what); /* [loop] */
    uint32_t (*number)(sluice_ctx* ctx);                /* 1 for the first [loop] */
    /* Request target below the deployment's base URL, with query: "/chat/completions". [loop] */
    sluice_status (*set_path)(sluice_ctx* ctx, sluice_str path);
    /* Fields of the upstream request. The client's own fields are not passed on unless someone copies them.
     * [loop] */
    sluice_status (*header)(sluice_ctx* ctx, sluice_str name, sluice_str* value);
    sluice_status (*set_header)(sluice_ctx* ctx, sluice_str name, sluice_str value);
    sluice_status (*remove_header)(sluice_ctx* ctx, sluice_str name);
    /* Edits of the body for this attempt only; see sluice.host.request/1. [loop] */
    sluice_status (*member)(sluice_ctx* ctx, sluice_str name, sluice_str* json);
    sluice_status (*set_member)(sluice_ctx* ctx, sluice_str name, sluice_str json);
    sluice_status (*remove_member)(sluice_ctx* ctx, sluice_str name);
    sluice_str (*body)(sluice_ctx* ctx);
    sluice_status (*set_body)(sluice_ctx* ctx, sluice_str body);
} sluice_host_attempt;

#ifdef __cplusplus
}
#endif
