/* sluice.store/1: what outlives the process: documents (keys, teams, …) and usage events. Plugins implement
 * it (store_sqlite), others find it with sluice.host.services/1.
 *
 * A document is a JSON object with a kind and an id. Whoever needs documents on the hot path watches their
 * kind and keeps what it needs of them in memory; nothing here is for the hot path. */
#pragma once

#include "record.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_STORE_ID "sluice.store/1"

typedef struct sluice_document {
    uint32_t size;
    uint32_t removed; /* 1: there is no such document (any more) */
    sluice_str kind;  /* "key", "team", …: [a-z_]+ */
    sluice_str id;    /* at most 512 bytes */
    sluice_str json;  /* empty if removed */
    uint64_t version; /* of the last change of this document; grows with every change in the store, from 1 */
} sluice_document;

/* What a change expects of the document that it replaces, besides a version. */
#define SLUICE_STORE_ANY UINT64_MAX /* whatever is there */
#define SLUICE_STORE_NONE 0         /* nothing is there */

typedef struct sluice_change {
    uint32_t size;
    uint32_t remove; /* 1: takes the document away; json is not looked at */
    sluice_str kind;
    sluice_str id;
    sluice_str json;
    uint64_t expected; /* SLUICE_STORE_ANY, SLUICE_STORE_NONE, or the version that is there */
} sluice_change;

typedef struct sluice_store {
    uint32_t size;
    uint32_t reserved;
    /* Tells of every document of that kind, oldest change first, then returns; from then on tells of each
     * change, by whichever process, in order and within about a second, on a thread of the store's, never
     * two at once for one watch. Returns an id (> 0) or a negative sluice_status. [control] */
    int64_t (*watch)(sluice_instance* self, sluice_str kind, void* sink,
                     void (*on_document)(void* sink, const sluice_document* document));
    /* When this returns nobody is being told, nor will be. [control] */
    void (*unwatch)(sluice_instance* self, int64_t watch);
    /* All the changes or none, on disk when this returns; watchers in this process have been told then.
     * `version` is that of the last. SLUICE_E_CONFLICT if a document is not what one of them expected,
     * SLUICE_E_INVALID for what is no object, SLUICE_E_UNAVAILABLE. [offload] [control] */
    sluice_status (*write)(sluice_instance* self, const sluice_change* changes, size_t count,
                           uint64_t* version);
    /* Usage events, by call_id: one that is there already is left alone, so that a batch may be sent again.
     * On disk when this returns. SLUICE_E_UNAVAILABLE: none of them is. [offload] */
    sluice_status (*append)(sluice_instance* self, const sluice_record* const* events, size_t count);
    /* A question about usage, as JSON, and its answer: docs/store.md. SLUICE_E_INVALID: the answer is
     * {"error": "…"}. [offload] */
    sluice_status (*report)(sluice_instance* self, sluice_str question, void* sink,
                            void (*write)(void* sink, sluice_str json));
} sluice_store;

#ifdef __cplusplus
}
#endif
