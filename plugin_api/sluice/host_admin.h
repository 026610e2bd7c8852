/* sluice.host.admin/1: looking at the gateway and steering it. Only for plugins with the capability "admin".
 */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_ADMIN_ID "sluice.host.admin/1"

typedef struct sluice_host_admin {
    uint32_t size;
    uint32_t reserved;
    /* Reads the configuration and the plugins anew and takes them into service. SLUICE_E_INVALID, and
     * everything stays as it is, if they have faults. `json` gets {"generation":N,"faults":["…"]}, valid
     * until the hook returns. [loop] [may-wait] */
    sluice_status (*reload)(sluice_ctx* ctx, sluice_str* json);
    /* Generations, instances, libraries, requests in flight, as JSON; valid until the hook returns. [loop] */
    sluice_status (*status)(sluice_ctx* ctx, sluice_str* json);
    /* --- since ABI 1.2 --- */
    /* Asks for a reload without waiting for it: several that ask before it begins get one. What comes of it
     * stands in the log. SLUICE_E_UNSUPPORTED where nothing can be reloaded (checks, tests). [any] */
    sluice_status (*reload_soon)(const sluice_host* host);
} sluice_host_admin;

#ifdef __cplusplus
}
#endif
