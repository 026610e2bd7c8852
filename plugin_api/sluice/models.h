/* sluice.models/1: what a plugin is told of the configuration's models before they are asked for: prices,
 * windows, capabilities of their deployments. */
#pragma once

#include "candidates.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_MODELS_ID "sluice.models/1"

typedef struct sluice_models {
    uint32_t size;
    uint32_t reserved;
    /* A model group by its name ("gpt-4o", or a pattern with stars) or by an alias of it, and its deployments, which are
     * valid until this returns; figures of traffic are 0. Called for each of them, once all instances have
     * started and before any serves. [control] */
    void (*group)(sluice_instance* self, sluice_str name, const sluice_candidate* const* deployments,
                  size_t count);
} sluice_models;

#ifdef __cplusplus
}
#endif
