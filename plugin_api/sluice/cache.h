/* sluice.cache/1: where answers are kept: in memory, on a disk, in Redis, in an object store. The plugin
 * `cache` decides what is kept, under which key, for whom and for how long; a backend keeps bytes and
 * understands none of them. Losing an entry is always allowed, giving back other bytes than were put never
 * is. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_CACHE_ID "sluice.cache/1"

typedef struct sluice_cache_entry {
    uint32_t size;
    uint32_t reserved;
    sluice_str value;    /* exactly what put() was given; lives until the callback returns */
    int64_t ttl_left_ms; /* until it is forgotten; negative: nobody knows */
} sluice_cache_entry;

typedef struct sluice_cache {
    uint32_t size;
    uint32_t reserved;
    /* Looks for `count` keys at once and gives each that is there to `take`, with its place in `keys`, before
     * it returns. Waits no longer than `wait_ms`. SLUICE_OK, also if none is there; SLUICE_E_DEADLINE;
     * SLUICE_E_UNAVAILABLE, at once, while it knows that what it needs is away. [loop] [may-wait] */
    sluice_status (*get)(sluice_instance* self, sluice_ctx* ctx, const sluice_str* keys, size_t count,
                         uint32_t wait_ms, void* sink,
                         void (*take)(void* sink, size_t which, const sluice_cache_entry* entry));
    /* Keeps a copy of `value` under `key` for at most `ttl_ms` (> 0); a key that is there is replaced. Does
     * not wait: a backend with a network or a disk does it later, and drops it if too much waits already
     * (SLUICE_E_LIMIT), or while it knows that what it needs is away (SLUICE_E_UNAVAILABLE).
     * SLUICE_E_INVALID: larger than it takes. [any] */
    sluice_status (*put)(sluice_instance* self, sluice_str key, sluice_str value, int64_t ttl_ms);
    /* Forgets these keys; how many there were goes to `removed` if it is not null. Done when it returns.
     * SLUICE_E_UNAVAILABLE. [offload] */
    sluice_status (*remove)(sluice_instance* self, const sluice_str* keys, size_t count, uint64_t* removed);
    /* Forgets every key that begins with `prefix`; all of its own if it is empty. SLUICE_E_UNAVAILABLE.
     * [offload] */
    sluice_status (*flush)(sluice_instance* self, sluice_str prefix);
    /* Says how it is, as a JSON object: {"type": "redis", "healthy": true, …}, with figures of its own
     * ("entries", "bytes", "hits", "misses", "evictions", …) and, if it is not healthy, "error". It asks what
     * it stands on. [offload] */
    sluice_status (*status)(sluice_instance* self, void* sink, void (*write)(void* sink, sluice_str json));
} sluice_cache;

/* Keys are 1 to 512 bytes of printable ASCII without white space. The ones that `cache` makes have the form
 * "NAMESPACE:HEX64", or "HEX64" without a namespace. */
#define SLUICE_CACHE_KEY_MAX 512

#ifdef __cplusplus
}
#endif
