/* sluice.router/1: a strategy that chooses one deployment for one attempt. Named in
 * router_settings.routing_strategy, or for a model group in router_settings.group_strategies, through the
 * manifest's "strategies"; router_settings.routing_strategy_args is its configuration. */
#pragma once

#include "candidates.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_ROUTER_ID "sluice.router/1"

typedef struct sluice_router {
    uint32_t size;
    uint32_t reserved;
    /* Index of the chosen candidate, which must be available, or a negative sluice_status. Called once an
     * attempt; tried deployments are not available any more. [loop] */
    int32_t (*pick)(sluice_instance* self, sluice_ctx* ctx, const sluice_candidates* candidates);
} sluice_router;

#ifdef __cplusplus
}
#endif
