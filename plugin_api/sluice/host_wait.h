/* sluice.host.wait/1: a hook waits for something that a thread of the plugin's own brings: the answer of a
 * database, say. The request parks, its loop goes on. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_WAIT_ID "sluice.host.wait/1"

typedef struct sluice_host_wait {
    uint32_t size;
    uint32_t reserved;
    /* A ticket to wait with in this hook; spends the one that it had. 0 if it runs on no loop. [loop] */
    uint64_t (*open)(sluice_ctx* ctx);
    /* Parks until somebody wakes the ticket, which may have happened already: SLUICE_OK, and it is spent.
     * SLUICE_E_DEADLINE after `ms`: it can be waited with again; also when the hook's time is over.
     * SLUICE_E_CANCELLED if the request has ended. What the other thread writes to must outlive the hook,
     * whose end spends the ticket: a wake may be on its way. [loop] [may-wait] */
    sluice_status (*wait)(sluice_ctx* ctx, uint64_t ticket, uint32_t ms);
    /* Nothing happens if it has been spent. [any] */
    void (*wake)(const sluice_host* host, uint64_t ticket);
} sluice_host_wait;

#ifdef __cplusplus
}
#endif
