/* sluice.host.offload/1: work that would block a loop, on a thread that may. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_OFFLOAD_ID "sluice.host.offload/1"

typedef struct sluice_host_offload {
    uint32_t size;
    uint32_t reserved;
    /* Runs fn(arg) on an [offload] thread; returns when it has returned. fn may use the caller's stack, and
     * no function that takes a ctx. SLUICE_E_LIMIT if too much is queued: fn was not run. [loop] [may-wait]
     */
    sluice_status (*run)(sluice_ctx* ctx, void (*fn)(void* arg), void* arg);
} sluice_host_offload;

#ifdef __cplusplus
}
#endif
