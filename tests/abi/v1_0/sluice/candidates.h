/* The deployments that may serve a request: filtered by the route phase, chosen from by a router. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sluice_candidate {
    uint32_t size;
    uint32_t in_flight;  /* requests of this process that this deployment is serving now */
    sluice_str id;       /* model_info.id, or the SHA-256 of the parameters */
    sluice_str model;    /* the provider's model name, without the provider */
    sluice_str provider; /* "openai", "anthropic", … */
    double weight;       /* litellm_params.weight; negative = not set, also for the next three */
    double rpm;          /* requests a minute */
    double tpm;          /* tokens a minute */
    double order;        /* lower is preferred */
    sluice_str params;   /* litellm_params as JSON, secrets as handles */
} sluice_candidate;

typedef struct sluice_candidates sluice_candidates;
struct sluice_candidates {
    uint32_t size;
    uint32_t count;
    /* i < count; host-owned, valid until the hook returns. [loop] */
    const sluice_candidate* (*at)(const sluice_candidates* self, uint32_t i);
    /* Takes candidate i out of the choice; at() keeps its numbering. The reason goes to the record. Only in
     * route. [loop] */
    sluice_status (*drop)(const sluice_candidates* self, uint32_t i, sluice_str reason);
    /* Only this one is left, and no retry goes elsewhere. Only in route. [loop] */
    sluice_status (*pin)(const sluice_candidates* self, uint32_t i);
    /* Is i still in the choice? 1 or 0. [loop] */
    int32_t (*available)(const sluice_candidates* self, uint32_t i);
};

#ifdef __cplusplus
}
#endif
