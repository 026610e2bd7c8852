/* sluice.counters/1: how much of something was used, by whom, lately: what limits and budgets ask. In memory
 * (the plugin limits has such counters itself), or shared by several gateways (counters_redis).
 *
 * take() adds to several counters in one step, or to none of them; settle() puts right what was taken, once
 * the true figures are known. A counter is full when it has reached its limit: take() asks whether there is
 * room now, not whether there will be afterwards, so that one large request is never refused by an empty
 * counter, and what it uses beyond is what the next ones wait for. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_COUNTERS_ID "sluice.counters/1"

/* The last `span_ms` milliseconds, sliding. Kept in twelfths of it, the oldest of which counts whole: never
 * more than the limit in any such span, and room a twelfth of it late at the most. */
#define SLUICE_COUNTER_WINDOW 0
/* How many at this moment: each take holds a place until settle(), or for `span_ms`, should the gateway that
 * took it die. */
#define SLUICE_COUNTER_LEVEL 1
/* A sum that only grows: money of a budget's period. It has to be given what was used before (seed) before
 * anything can be taken, and is forgotten at `ends_ms`. */
#define SLUICE_COUNTER_SUM 2

typedef struct sluice_counter {
    uint32_t size;
    uint32_t kind;
    sluice_str name;   /* whose and of what: "key:88dc…:rpm"; at most 512 bytes */
    int64_t limit;     /* full at this much; INT64_MAX: never */
    int64_t span_ms;   /* WINDOW, LEVEL */
    int64_t ends_ms;   /* SUM: since the Unix epoch; 0: never */
    sluice_str holder; /* LEVEL: who takes the place; nobody else has that name */
    int64_t amount;    /* take: what is asked for (an estimate); settle: what it was */
    /* --- filled in by take, read by settle --- */
    int64_t taken;
    int64_t at_ms;
    /* --- filled in by take and read --- */
    int64_t used;     /* with what was taken; if refused, without */
    int64_t reset_ms; /* WINDOW: from now until some of it falls out; 0 if nothing is in it */
} sluice_counter;

typedef struct sluice_counters {
    uint32_t size;
    uint32_t reserved;
    /* Takes `amount` of each. SLUICE_E_LIMIT: counter `which` is full, nothing was taken. SLUICE_E_NOT_FOUND:
     * counter `which` is a SUM that has not been seeded, nothing was taken. Waits for a few milliseconds at
     * the most. [loop] [may-wait] */
    sluice_status (*take)(sluice_instance* self, sluice_ctx* ctx, sluice_counter* counters, size_t count,
                          size_t* which);
    /* `amount` takes the place of what take() took; exactly once for each. Does not wait. [any] */
    void (*settle)(sluice_instance* self, const sluice_counter* counters, size_t count);
    /* SUM: at least `amount` was used, by whomever; what is taken and not settled comes on top. Does not
     * wait. [any] */
    void (*seed)(sluice_instance* self, const sluice_counter* counters, size_t count);
    /* Fills in `used` and `reset_ms`. SLUICE_E_UNAVAILABLE. [offload] [may-wait] */
    sluice_status (*read)(sluice_instance* self, sluice_counter* counters, size_t count);
} sluice_counters;

#ifdef __cplusplus
}
#endif
