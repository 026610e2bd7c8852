/* sluice.provider/1: knows one family of upstreams. The host owns sockets, TLS, pools, framing and deadlines;
 * the provider says where a request goes and what it must carry, or answers it itself. Which providers of
 * litellm_params.model it serves stands in the manifest's "providers". */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_PROVIDER_ID "sluice.provider/1"
#define SLUICE_HOST_SERVE_ID "sluice.host.serve/1"

typedef struct sluice_deployment sluice_deployment; /* the provider's own object for one deployment */

typedef struct sluice_deployment_config {
    uint32_t size;
    uint32_t reserved;
    sluice_str id;
    sluice_str provider; /* "azure" of "azure/my-gpt" */
    sluice_str model;    /* "my-gpt" */
    sluice_str params;   /* litellm_params as JSON, secrets as handles */
} sluice_deployment_config;

/* Filled in by open; zero-initialised by the host. Strings are copied. */
typedef struct sluice_upstream {
    uint32_t size;
    uint32_t reserved;
    sluice_str base_url; /* "https://api.openai.com/v1"; empty if the provider serves by itself */
} sluice_upstream;

typedef struct sluice_provider {
    uint32_t size;
    uint32_t reserved;
    /* One deployment of model_list. On failure describe the fault in `error` as in sluice_entry.create.
     * [control] */
    sluice_status (*open)(sluice_instance* self, const sluice_deployment_config* config,
                          sluice_deployment** out, sluice_upstream* upstream, char* error,
                          size_t error_capacity, size_t* error_len);
    void (*close)(sluice_instance* self, sluice_deployment* deployment); /* [control] */
    /* Path, fields and edits of one attempt, through sluice.host.attempt/1. SLUICE_E_UNSUPPORTED if the
     * provider has no such route: the client gets a clear error. [loop] */
    sluice_status (*prepare)(sluice_instance* self, sluice_deployment* deployment, sluice_ctx* ctx);
    /* Optional, instead of a network call: answers through sluice.host.serve/1. Runs on a fiber of its own;
     * returning SLUICE_OK is a clean end, anything else a broken answer. [loop] [may-wait] */
    sluice_status (*serve)(sluice_instance* self, sluice_deployment* deployment, sluice_ctx* ctx);
} sluice_provider;

typedef struct sluice_host_serve {
    uint32_t size;
    uint32_t reserved;
    /* The head; once, before the first write. [loop] */
    sluice_status (*begin)(sluice_ctx* ctx, uint32_t http_status, sluice_str content_type);
    /* A piece of the body. Waits while the client is slower; SLUICE_E_CANCELLED once it has left. [loop]
     * [may-wait] */
    sluice_status (*write)(sluice_ctx* ctx, sluice_str bytes);
} sluice_host_serve;

#ifdef __cplusplus
}
#endif
