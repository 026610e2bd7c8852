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
    /* --- since ABI 1.2; in an array for what is remembered of a deployment, `deployment` is its place --- */
    uint32_t deployment;           /* its number among all deployments of this configuration, from 0 */
    uint32_t max_input_tokens;     /* model_info.max_input_tokens; 0 = not known */
    double input_cost;             /* USD a token; negative = not known, also for the next */
    double output_cost;
    uint64_t latency_us;           /* until the first byte of an answer: peak EWMA, which jumps up with a slow
                                      answer and sinks over 10 s; 0 = nothing is known */
    uint64_t requests_this_minute; /* of this process, in the UTC minute that runs */
    uint64_t tokens_this_minute;   /* likewise, input and output */
    sluice_str info;               /* model_info as JSON */
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
    /* --- since ABI 1.2 --- */
    /* The first available candidate from `from` on, `count` if there is none: one call for each candidate
     * where at() and available() are two. [loop] */
    uint32_t (*next)(const sluice_candidates* self, uint32_t from);
    /* This one is chosen while it is in service and was not tried, without asking the strategy; retries may go
     * elsewhere. The last call counts. Only in route. [loop] */
    sluice_status (*prefer)(const sluice_candidates* self, uint32_t i);
    /* For groups of a hundred: what never changes is remembered, the rest is asked for all at once. `group` is
     * the same as long as these are the same deployments with the same parameters in the same order, and no
     * other table of the process ever has it; deployments[i] is at(i)->deployment, valid as long as the hook. */
    uint64_t group;
    const uint32_t* deployments;
    /* What at() gives, for all of them: the first row; each of the others *stride bytes behind the one before.
     * Host-owned, valid until the hook returns. [loop] */
    const sluice_candidate* (*rows)(const sluice_candidates* self, uint32_t* stride);
    /* Which are available: bit i % 64 of word i / 64, in (count + 63) / 64 words; bits from `count` on are 0.
     * Host-owned, valid until the hook returns; drop, pin and keep change it. [loop] */
    const uint64_t* (*available_bits)(const sluice_candidates* self);
    /* drop() for each of them whose bit is not set in `bits`, which has as many words. Only in route. [loop] */
    sluice_status (*keep)(const sluice_candidates* self, const uint64_t* bits, sluice_str reason);
};

#ifdef __cplusplus
}
#endif
