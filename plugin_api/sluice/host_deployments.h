/* sluice.host.deployments/1: what this gateway knows of its deployments, and what others know of them, so that
 * several gateways route as one. For the capability "routing". */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_DEPLOYMENTS_ID "sluice.host.deployments/1"

/* Of this process alone. */
typedef struct sluice_deployment_state {
    uint32_t size;
    uint32_t in_flight;
    uint64_t minute;   /* since the Unix epoch, UTC: of the next two */
    uint64_t requests; /* that have begun in it */
    uint64_t tokens;   /* input and output */
    int64_t out_ms;    /* out of service for that long from now, as this gateway found; 0: it is not */
} sluice_deployment_state;

typedef struct sluice_host_deployments {
    uint32_t size;
    uint32_t reserved;
    /* By the id that candidates have. SLUICE_E_NOT_FOUND. [any] */
    sluice_status (*state)(const sluice_host* host, sluice_str id, sluice_deployment_state* out);
    /* What other gateways have used of it in that minute: from now on candidates and limits show the sum.
     * SLUICE_E_NOT_FOUND. [any] */
    sluice_status (*used_elsewhere)(const sluice_host* host, sluice_str id, uint64_t minute,
                                    uint64_t requests, uint64_t tokens);
    /* Another gateway has found that it does not serve: here too it is out of service, for that long at
     * least. SLUICE_E_NOT_FOUND. [any] */
    sluice_status (*take_out)(const sluice_host* host, sluice_str id, uint32_t ms);
} sluice_host_deployments;

#ifdef __cplusplus
}
#endif
