/* sluice.host.response/1: the answer on its way to the client, in post_call and on_response; and the head of
 * the upstream's answer in on_upstream_response and on_attempt_end. Strings are valid until the hook returns.
 */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_RESPONSE_ID "sluice.host.response/1"

typedef struct sluice_host_response {
    uint32_t size;
    uint32_t reserved;
    uint32_t (*status)(sluice_ctx* ctx); /* 0 if there is none yet [loop] */
    sluice_status (*header)(sluice_ctx* ctx, sluice_str name, sluice_str* value); /* [loop] */
    /* Only in on_upstream_response and on_response. [loop] */
    sluice_status (*set_header)(sluice_ctx* ctx, sluice_str name, sluice_str value);
    sluice_status (*remove_header)(sluice_ctx* ctx, sluice_str name);
    /* The whole body; only in post_call. For a stream: the text put together from its lanes, see lane_text.
     * [loop] */
    sluice_str (*body)(sluice_ctx* ctx);
    /* Only in post_call of an answer that is not streamed. [loop] */
    sluice_status (*set_body)(sluice_ctx* ctx, sluice_str body);
    /* The text of one lane (SLUICE_LANE_*) of a finished stream, all choices; only in post_call. [loop] */
    sluice_str (*lane_text)(sluice_ctx* ctx, uint32_t lane);
} sluice_host_response;

#ifdef __cplusplus
}
#endif
