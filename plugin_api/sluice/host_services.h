/* sluice.host.services/1: interfaces of other instances of the same configuration: a store, counters. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_SERVICES_ID "sluice.host.services/1"

/* An interface and whose it is. Both live until the destroy of the instance that found them. */
typedef struct sluice_service {
    uint32_t size;
    uint32_t reserved;
    const void* table;      /* begins with its size, as every interface does */
    sluice_instance* owner; /* what its functions take first */
    sluice_str instance;    /* its id */
} sluice_service;

typedef struct sluice_host_services {
    uint32_t size;
    uint32_t reserved;
    /* The interface of that id of that instance, or, with an empty name, of the only one that has it. Of use
     * from start on (sluice.start/1), when all instances have been created. SLUICE_E_NOT_FOUND;
     * SLUICE_E_LIMIT if no instance is named and several have it. [control] */
    sluice_status (*find)(const sluice_host* host, sluice_str interface_id, sluice_str instance,
                          sluice_service* out);
} sluice_host_services;

#ifdef __cplusplus
}
#endif
