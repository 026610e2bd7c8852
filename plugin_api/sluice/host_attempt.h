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

/* Figures of an attempt that has ended, for on_attempt_end; negative = not known. */
#define SLUICE_ATTEMPT_DEPLOYMENT 0         /* number of the deployment, as in sluice_candidate */
#define SLUICE_ATTEMPT_OUTCOME 1            /* SLUICE_ATTEMPT_OK, … */
#define SLUICE_ATTEMPT_STATUS 2             /* HTTP status of the answer; 0: none came */
#define SLUICE_ATTEMPT_DURATION_US 3        /* to its end */
#define SLUICE_ATTEMPT_FIRST_BYTE_US 4      /* to the head of the answer; of a stream: to its first text */
#define SLUICE_ATTEMPT_PROMPT_TOKENS 5      /* as the provider counted them */
#define SLUICE_ATTEMPT_COMPLETION_TOKENS 6  /* likewise */
#define SLUICE_ATTEMPT_TIMED_OUT 7          /* 1: one of the deadlines ended it; 0 otherwise */
#define SLUICE_ATTEMPT_CACHED_TOKENS 8      /* of the prompt's: read from the provider's cache */
#define SLUICE_ATTEMPT_CACHE_WRITE_TOKENS 9 /* of the prompt's: written to it */
#define SLUICE_ATTEMPT_CACHE_WRITE_1H_TOKENS 10   /* of these: to be kept for an hour (Anthropic) */
#define SLUICE_ATTEMPT_REASONING_TOKENS 11        /* of the completion's */
#define SLUICE_ATTEMPT_AUDIO_PROMPT_TOKENS 12     /* of the prompt's */
#define SLUICE_ATTEMPT_AUDIO_COMPLETION_TOKENS 13 /* of the completion's */
#define SLUICE_ATTEMPT_IMAGE_PROMPT_TOKENS 14     /* of the prompt's */
#define SLUICE_ATTEMPT_PROVIDER_COST 15           /* what the provider says it costs, in pico-USD */
#define SLUICE_ATTEMPT_USAGE_ESTIMATED 16 /* 1: counted by the gateway, since the provider did not tell */
/* The figures of usage are also there in on_response of an answer that is not streamed. */

#define SLUICE_ATTEMPT_OK 0
#define SLUICE_ATTEMPT_FAILED 1
#define SLUICE_ATTEMPT_CANCELLED 2 /* the client has left, a guardrail blocked: nobody's fault */

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
    /* --- since ABI 1.2 --- */
    int64_t (*figure)(sluice_ctx* ctx, uint32_t what); /* SLUICE_ATTEMPT_… as a number [loop] */
    /* What this attempt costs, in pico-USD (1e-12 USD), not negative; the record adds them up. The last call
     * counts. Only in on_attempt_end. [loop] */
    sluice_status (*set_cost)(sluice_ctx* ctx, int64_t pico_usd);
} sluice_host_attempt;

#ifdef __cplusplus
}
#endif
