/* The way into a plugin: the only symbol it exports, and the host's side of the handshake. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sluice_host {
    uint32_t size;
    uint32_t abi_minor; /* for diagnostics; ask for interfaces instead of comparing it */
    /* A host service by id ("sluice.host.log/1"), or null if this host lacks it or it is not granted. The
     * pointer is host-owned and as old as the host. [any] */
    const void* (*get_interface)(const sluice_host* host, sluice_str id);
};

typedef struct sluice_entry {
    uint32_t size;
    uint32_t abi_minor;
    /* Which SDK built this, for diagnostics: "sluice-sdk 0.1.0", "hand-written". */
    sluice_str sdk;
    /* The manifest, the same bytes as in the ELF section ".sluice.manifest". [any] */
    sluice_str (*describe)(void);
    /* Makes an instance. `config` is JSON: validated against the manifest's schema, defaults filled in,
     * secrets replaced by
     * {"$secret":"HANDLE"}. On failure leave *out alone and describe the fault with host log or `error` (at
     * most error_capacity bytes, written by the plugin, not terminated; set *error_len). No request is served
     * before this returns. [control] */
    sluice_status (*create)(const sluice_host* host, sluice_str config, sluice_instance** out, char* error,
                            size_t error_capacity, size_t* error_len);
    /* Ends an instance that create made. Called once, when no request uses it any more. [control] */
    void (*destroy)(sluice_instance* instance);
    /* An interface that this plugin implements, or null. Static: the same for every instance, valid while
     * loaded. [any] */
    const void* (*get_interface)(sluice_str id);
} sluice_entry;

/* Exported by every plugin. A function, not data; the major version stands in its name, so that one library
 * can serve two majors and tools see which without running it. Called once a load. [control] */
SLUICE_EXPORT const sluice_entry* sluice_plugin_entry_v1(void);

#define SLUICE_MANIFEST_SECTION ".sluice.manifest"

#ifdef __cplusplus
}
#endif
