/* sluice.endpoint/1: routes of the plugin's own. They pass on_request, authenticate, authorize and
 * on_response as every other; a path of the gateway itself cannot be taken. */
#pragma once

#include "verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_ENDPOINT_ID "sluice.endpoint/1"

#define SLUICE_ROUTE_PUBLIC 1u /* nobody is asked for a key: health, metrics, callbacks */
#define SLUICE_ROUTE_ADMIN 2u  /* only for callers with SLUICE_IDENTITY_ADMIN; 403 otherwise */

typedef struct sluice_route {
    uint32_t size;
    uint32_t flags;    /* SLUICE_ROUTE_* or'ed */
    sluice_str method; /* "GET" also answers HEAD */
    sluice_str path; /* "/acme/status"; a slash and a star at the end match everything below: "/acme/" "*" */
} sluice_route;

typedef struct sluice_endpoint {
    uint32_t size;
    uint32_t reserved;
    /* The routes of an instance, as old as the instance. [control] */
    const sluice_route* (*routes)(sluice_instance* self, size_t* count);
    /* Answers a request for route `index`: respond() and SLUICE_RESPOND, or block() and SLUICE_BLOCK. The
     * body of the request can be read. [loop] [may-wait] */
    sluice_verdict (*handle)(sluice_instance* self, sluice_ctx* ctx, void* state, uint32_t index);
} sluice_endpoint;

#ifdef __cplusplus
}
#endif
