/* sluice.host.guard/1: what a guardrail is asked to do for a request, and what it has to say about it. Which
 * guardrails guard a request (`guardrails` of the configuration, the request, its key, team, model, policies)
 * is the host's to decide: a guardrail that has not been selected is not called. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_GUARD_ID "sluice.host.guard/1"

/* Modes, as LiteLLM has them. */
#define SLUICE_GUARD_PRE_CALL 1u     /* the request, before anything else sees it; may change it */
#define SLUICE_GUARD_DURING_CALL 2u  /* the request, beside the upstream call; a verdict only */
#define SLUICE_GUARD_POST_CALL 4u    /* the answer, streams included; may change it */
#define SLUICE_GUARD_LOGGING_ONLY 8u /* both, but only to say in the record what was found */

typedef struct sluice_host_guard {
    uint32_t size;
    uint32_t reserved;
    /* SLUICE_GUARD_… or'ed: the modes in which the calling instance guards this request. PRE_CALL is called
     * for POST_CALL too, where streams are subscribed to; then the request is not its business. An instance
     * listed in `plugins` guards in PRE_CALL and POST_CALL. [loop] */
    uint32_t (*modes)(sluice_ctx* ctx);
    /* Its guardrail_name, or the id of the instance. As old as the instance. [any] */
    sluice_str (*name)(const sluice_host* host);
    /* What the request says to this guardrail alone, a JSON object: the extra_body of
     * {"guardrails":[{"NAME":{"extra_body":{…}}}]}, or its guardrail_config; empty if it says nothing. Until
     * the hook returns. [loop] */
    sluice_str (*wishes)(sluice_ctx* ctx);
    /* What it has found, as JSON for the record (guardrail_response); the last one for each phase counts. No
     * text of the request or the answer belongs in it. [loop] */
    sluice_status (*report)(sluice_ctx* ctx, sluice_str json);
} sluice_host_guard;

#ifdef __cplusplus
}
#endif
