/* sluice.state/1: what an instance hands over to the one that takes its place in a reload. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_STATE_ID "sluice.state/1"

typedef struct sluice_state {
    uint32_t size;
    uint32_t reserved;
    /* Calls write(sink, bytes) as often as needed; the bytes are copied. The instance still serves. [control]
     */
    sluice_status (*export_state)(sluice_instance* self, void* sink,
                                  void (*write)(void* sink, sluice_str bytes));
    /* Before the instance serves: what the one of the same id and plugin exported, possibly of another
     * version. A failure is logged, and the instance starts afresh. [control] */
    sluice_status (*import_state)(sluice_instance* self, sluice_str bytes);
} sluice_state;

#ifdef __cplusplus
}
#endif
