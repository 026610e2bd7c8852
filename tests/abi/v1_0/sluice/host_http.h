/* sluice.host.http/1: a pooled HTTP client. The call reads like a blocking one; it parks the request, not the
 * thread. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_HTTP_ID "sluice.host.http/1"

typedef struct sluice_http_field {
    sluice_str name;
    sluice_str value;
} sluice_http_field;

typedef struct sluice_http_request {
    uint32_t size;
    uint32_t timeout_ms; /* whole call; 0 = 10,000. Never longer than the request has left */
    sluice_str method;   /* empty = GET, or POST with a body */
    sluice_str url;      /* http:// or https:// */
    const sluice_http_field* fields;
    size_t field_count;
    sluice_str body;
} sluice_http_request;

typedef struct sluice_http_response {
    uint32_t size;
    uint32_t status;
    const sluice_http_field* fields;
    size_t field_count;
    sluice_str body; /* at most 16 MiB, else SLUICE_E_LIMIT */
} sluice_http_response;

typedef struct sluice_host_http {
    uint32_t size;
    uint32_t reserved;
    /* SLUICE_OK for every answer, whatever its status. SLUICE_E_UNAVAILABLE (nobody there, broken answer),
     * _DEADLINE, _CANCELLED, _INVALID (url, fields), _LIMIT. What *response points to is host-owned and valid
     * until the hook that called returns. ctx: the request in whose hook this runs; null in on_complete and
     * timers. [loop] [offload] [may-wait] */
    sluice_status (*call)(const sluice_host* host, sluice_ctx* ctx, const sluice_http_request* request,
                          sluice_http_response* response);
} sluice_host_http;

#ifdef __cplusplus
}
#endif
