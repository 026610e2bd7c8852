/* sluice.host.timers/1: waiting inside a request, and work at intervals outside of one. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_TIMERS_ID "sluice.host.timers/1"

typedef struct sluice_host_timers {
    uint32_t size;
    uint32_t reserved;
    /* SLUICE_OK after that time, SLUICE_E_CANCELLED or _DEADLINE if the request ended earlier. [loop]
     * [may-wait] */
    sluice_status (*sleep)(sluice_ctx* ctx, uint32_t ms);
    /* Calls fn(arg) each interval_ms (at least 10) on an [offload] thread, never twice at once, until cancel
     * or the end of the instance. Returns an id (> 0) or a negative sluice_status. [any] */
    int64_t (*every)(const sluice_host* host, uint32_t interval_ms, void (*fn)(void* arg), void* arg);
    /* When this returns, fn does not run and will not run again. Not from within fn. [control] [offload] */
    sluice_status (*cancel)(const sluice_host* host, int64_t id);
} sluice_host_timers;

#ifdef __cplusplus
}
#endif
