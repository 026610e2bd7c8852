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
} sluice_prices;

#ifdef __cplusplus
}
#endif
