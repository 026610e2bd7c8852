/* sluice.host.secrets/1: secrets of the configuration. In JSON they stand as {"$secret":"HANDLE"}. */
#pragma once

#include "base.h"

#define SLUICE_HOST_SECRETS_ID "sluice.host.secrets/1"

typedef struct sluice_host_secrets {
    uint32_t size;
    uint32_t reserved;
    /* The text behind a handle that stands in this instance's configuration or in that of a deployment it
     * opened; with the capability "secrets:NAME" also NAME itself, a variable of the process's environment.
     * SLUICE_E_NOT_FOUND for any other. Host-owned, valid as long as the instance. Never log it.
     * [any] */
    sluice_status (*reveal)(const sluice_host* host, sluice_str handle, sluice_str* out);
} sluice_host_secrets;
