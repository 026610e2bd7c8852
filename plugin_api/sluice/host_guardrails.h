/* sluice.host.guardrails/1: the guardrails of the configuration, for those that list them and try them out.
 */
#pragma once

#include "base.h"
#include "verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_GUARDRAILS_ID "sluice.host.guardrails/1"

#define SLUICE_GUARD_INPUT 1  /* as if it stood in a request */
#define SLUICE_GUARD_OUTPUT 2 /* as if it stood in an answer */

typedef struct sluice_guard_result {
    uint32_t size;
    sluice_verdict verdict; /* SLUICE_CONTINUE, SLUICE_BLOCK, SLUICE_NOT_SCANNED or SLUICE_FAILED */
    sluice_str text;        /* as the guardrail leaves it */
    sluice_str message;     /* of a refusal: for the client; else why it was not scanned, or failed */
    sluice_str report;      /* what it has found, JSON; may be empty */
} sluice_guard_result;

typedef struct sluice_host_guardrails {
    uint32_t size;
    uint32_t reserved;
    /* [{"guardrail_name","litellm_params","guardrail_info","guardrail_definition_location"}], secrets as
     * handles. Until the hook returns. [loop] */
    sluice_str (*list)(sluice_ctx* ctx);
    /* Lets one of them look at a text, on behalf of the caller of this request. Strings live until the hook
     * returns. SLUICE_E_NOT_FOUND: there is no such guardrail. [loop] [may-wait] */
    sluice_status (*apply)(sluice_ctx* ctx, sluice_str name, int32_t side, sluice_str text,
                           sluice_guard_result* out);
} sluice_host_guardrails;

#ifdef __cplusplus
}
#endif
