/* sluice.config_source/1: an instance that brings further entries of the configuration, from a store say. The
 * host asks once for each generation, when all instances have started; who has new ones reloads
 * (sluice.host.admin/1). An entry that is at fault is left out with a warning: what the file says still
 * serves. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_CONFIG_SOURCE_ID "sluice.config_source/1"

typedef struct sluice_config_source {
    uint32_t size;
    uint32_t reserved;
    /* Calls `add` for each entry of `section`, "model_list" or "guardrails": JSON of one element as it would
     * stand in the file; what is a secret there is one here. [control] */
    sluice_status (*entries)(sluice_instance* self, sluice_str section,
                             void (*add)(void* arg, sluice_str json), void* arg);
} sluice_config_source;

#ifdef __cplusplus
}
#endif
