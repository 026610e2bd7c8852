/* sluice.prices/1: what tokens cost, for whoever has to know before they are used. The plugin pricing has it. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_PRICES_ID "sluice.prices/1"

typedef struct sluice_prices {
    uint32_t size;
    uint32_t reserved;
    /* What that many tokens cost at the dearest deployment of the model group, in pico-USD (1e-12 USD);
     * negative if no price is known. Fast. [any] */
    int64_t (*estimate)(sluice_instance* self, sluice_str model_group, uint64_t prompt_tokens,
                        uint64_t completion_tokens);
    /* --- since ABI 1.2 --- */
    /* What the price table says of the deployments of a group, for whoever shows it: calls add(arg, id, json) for
     * each deployment that it knows, with its id and an object of the entry's members (max_input_tokens, mode,
     * input_cost_per_token, supports_vision, …). A deployment with prices of its own has none of the table's.
     * What is added is valid until add() returns. SLUICE_E_NOT_FOUND if there is no such group. [any] */
    sluice_status (*describe)(sluice_instance* self, sluice_str model_group,
                              void (*add)(void* arg, sluice_str id, sluice_str json), void* arg);
} sluice_prices;

#ifdef __cplusplus
}
#endif
