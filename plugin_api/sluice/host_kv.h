/* sluice.host.kv/1: small values that the requests of one instance share, in memory. For the capability "kv".
 *
 * Values live as long as the process, also over reloads, under the id of the instance; nobody else sees them.
 * An instance has at most 16 MiB of keys and values and 100,000 of them. Nothing here waits. [any] */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_KV_ID "sluice.host.kv/1"

typedef struct sluice_host_kv {
    uint32_t size;
    uint32_t reserved;
    /* Hands the value to `write`, once, before it returns. SLUICE_E_NOT_FOUND if there is none, or no more.
     */
    sluice_status (*get)(const sluice_host* host, sluice_str key, void* sink,
                         void (*write)(void* sink, sluice_str value));
    /* ttl_ms: for how long it is there; 0 = until it is removed. SLUICE_E_INVALID for an empty key or one
     * over 1 KiB, SLUICE_E_LIMIT if the value is over 1 MiB or there is no room left. */
    sluice_status (*put)(const sluice_host* host, sluice_str key, sluice_str value, uint64_t ttl_ms);
    sluice_status (*remove)(const sluice_host* host, sluice_str key);
    /* Adds to a whole number, which begins as 0 and then lives for ttl_ms: counters of windows. `sum` is what
     * it is afterwards. One step, also among threads. SLUICE_E_INVALID if the value is no number. */
    sluice_status (*add)(const sluice_host* host, sluice_str key, int64_t delta, uint64_t ttl_ms,
                         int64_t* sum);
} sluice_host_kv;

#ifdef __cplusplus
}
#endif
