/* sluice.host.attributes/1: small values that plugins leave for each other and for the record, for the length
 * of one request. Names are "vendor.key". At most 64 a request. */
#pragma once

#include "base.h"

#define SLUICE_HOST_ATTRIBUTES_ID "sluice.host.attributes/1"

typedef struct sluice_host_attributes {
    uint32_t size;
    uint32_t reserved;
    sluice_status (*get)(sluice_ctx* ctx, sluice_str name, sluice_str* value); /* [loop] */
    sluice_status (*set)(sluice_ctx* ctx, sluice_str name, sluice_str value);  /* [loop] */
} sluice_host_attributes;
